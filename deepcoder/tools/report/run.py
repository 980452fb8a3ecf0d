"""Read what a training run has written into facts: its steps, its problems, its answers before and after."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from deepcoder.datasets import DataError, file_rows
from deepcoder.datasets.rows import json_lines
from deepcoder.reward import all_or_nothing
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement, Verdict

JUDGEMENTS = "judgements.jsonl"  # of the first rank
STEPS, ANSWERS = "steps.jsonl", "answers.jsonl"
TIMES = ("generating_s", "judging_s", "learning_s")


class NothingJudgedError(DataError):
    """Say that there are no judgements yet."""


@dataclass(frozen=True)
class Judged:
    """One judgement of a step."""

    problem_id: str
    judgement: Judgement
    has_program: bool

    @property
    def tests(self) -> dict[str, int]:
        """Return the numbers of tests executed, and not executed for each reason."""
        if not self.has_program:
            return {}
        if self.judgement.repeated:
            return {"repeated": self.judgement.total}
        return {"executed": self.judgement.ran, "stopped": self.judgement.total - self.judgement.ran}


@dataclass(frozen=True)
class Step:
    """Hold what one step of training judged and logged; or several that learn from one batch, or are drawn as one."""

    number: int  # of the first one, from 1, as in TRL's log
    judged: tuple[Judged, ...]
    logged: Mapping[str, float]  # figures of TRL's log; empty where the run has no log of steps
    count: int = 1  # of the steps that are drawn as this one

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        """Return the number of completions by verdict."""
        return Counter(each.judgement.verdict for each in self.judged)

    @cached_property
    def tests(self) -> Counter[str]:
        """Return the number of tests by what became of them."""
        counts: Counter[str] = Counter()
        for each in self.judged:
            counts.update(each.tests)
        return counts

    @property
    def pass_rate(self) -> float | None:
        """Return the share of completions that pass every test, of those that could be judged."""
        return mean(score for each in self.judged if (score := all_or_nothing(each.judgement)) is not None)

    @property
    def test_pass_rate(self) -> float | None:
        """Return the share of tests that pass, of those that were run."""
        ran = sum(each.judgement.ran for each in self.judged)
        return sum(each.judgement.passed for each in self.judged) / ran if ran else None

    @property
    def reward(self) -> float | None:
        """Return the mean reward that the trainer got."""
        return self.logged.get("reward")

    @property
    def seconds(self) -> dict[str, float] | None:
        """Return the seconds of the step by what it did in them; None where the log does not say."""
        if not {"step_time", *TIMES[:2]} <= self.logged.keys():
            return None
        generating_s, judging_s = (self.logged[name] for name in TIMES[:2])
        rest_s = self.logged["step_time"] - generating_s - judging_s
        return dict(zip(TIMES, (generating_s, judging_s, max(0.0, rest_s)), strict=True))

    def share(self, holds: Callable[[Judged], bool]) -> float | None:
        """Return the share of the completions for which something holds."""
        return mean(float(holds(each)) for each in self.judged)


@dataclass(frozen=True)
class Tried:
    """The completions for one problem: for each step in which it was met, how many passed, of how many judged."""

    problem_id: str
    meetings: tuple[tuple[int, int], ...]  # in order of the steps

    @property
    def passed(self) -> int:
        """Return the number of completions that passed every test."""
        return sum(passed for passed, _ in self.meetings)

    @property
    def judged(self) -> int:
        """Return the number of completions that could be judged."""
        return sum(judged for _, judged in self.meetings)

    @property
    def rates(self) -> list[float]:
        """Return the pass rate of each meeting."""
        return [passed / judged for passed, judged in self.meetings]

    @property
    def halves(self) -> tuple[float, float] | None:
        """Return the mean pass rates of the first and of the second half of the meetings; None where it has no two."""
        half = len(self.meetings) // 2
        return (fmean(self.rates[:half]), fmean(self.rates[-half:])) if half else None

    @property
    def change(self) -> float:
        """Return by how much the pass rate of the second half is above that of the first."""
        first, second = self.halves or (0.0, 0.0)
        return second - first


@dataclass(frozen=True)
class Answer:
    """One completion before or after training."""

    text: str
    judgement: Judgement
    failed: tuple[str, str] | None  # input and expected output of the test that it fails

    @property
    def outcome(self) -> str:
        """Return in a few words how it went."""
        judgement = self.judgement
        if judgement.verdict is Verdict.AC:
            return f"{judgement.passed} of {judgement.total} tests passed"
        is_known = judgement.failed_test is not None and judgement.verdict is not Verdict.CE
        where = f"test {(judgement.failed_test or 0) + 1} of {judgement.total}" if is_known else ""
        return ": ".join(filter(None, (where, judgement.detail)))


@dataclass(frozen=True)
class Answers:
    """The completions for one problem before and after training; those after are missing in a run that goes on."""

    problem_id: str
    before: tuple[Answer, ...]
    after: tuple[Answer, ...]


@dataclass(frozen=True)
class Run:
    """A training run."""

    name: str
    steps: tuple[Step, ...]
    answers: tuple[Answers, ...]

    @cached_property
    def problems(self) -> list[Tried]:
        """Return the problems in order of their ids, without those whose completions could not be judged."""
        return tried((step.number, each) for step in self.steps for each in step.judged)


def read(folder: Path, name: str) -> Run:
    """Return the run that wrote into this folder.

    Raises:
        NothingJudgedError: It is no folder of a run, or the run has judged nothing yet.
        DataError: A file cannot be read.
    """
    files = sorted(folder.glob("judgements*.jsonl"))
    if not files:
        raise NothingJudgedError(f"{folder} is no training run: it has no {JUDGEMENTS}")
    judged: dict[int, list[Judged]] = defaultdict(list)
    for where, row, record in records(files):
        if not isinstance(row.get("step"), int):
            raise DataError(f"{where}: has no step, so it is not of a training run")
        has_program = record.program is not None
        judged[row["step"] + 1].append(Judged(record.problem_id, record.judgement, has_program))
    if not judged:
        raise NothingJudgedError(f"{folder} is a run that has judged nothing yet")
    logged = _logged(folder / STEPS)
    numbers = sorted(judged.keys() | logged.keys())
    steps = tuple(Step(each, tuple(judged.get(each, ())), logged.get(each, {})) for each in numbers)
    return Run(name, steps, tuple(_answers(folder / ANSWERS)))


def records(files: Iterable[Path]) -> Iterator[tuple[str, Mapping[str, Any], Record]]:
    """Yield the rows of files of judgements: where each is, the row, and its record.

    Raises:
        DataError: A file cannot be read, or a row is no judgement.
    """
    for path in files:
        for where, row in rows(path):
            try:
                yield where, row, Record.from_row(row)
            except (ValueError, TypeError) as error:
                raise DataError(f"{where}: no judgement: {error}") from None


def rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the rows of a file. A last line that an interruption cut short is left out.

    Raises:
        DataError: The file cannot be read.
    """
    if path.suffix != ".jsonl" or not path.is_file():
        yield from file_rows(path)
        return
    try:
        with path.open(encoding="utf-8") as text:
            yield from json_lines(str(path), (line for line in text if line.endswith("\n")))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from None


def tried(judged: Iterable[tuple[int, Judged]]) -> list[Tried]:
    """Return the problems of judgements, each with its step, in order of their ids."""
    scores: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, each in judged:
        score = all_or_nothing(each.judgement)
        if score is not None:
            scores[each.problem_id][number].append(score)
    return [
        Tried(name, tuple((int(sum(group)), len(group)) for _, group in sorted(meetings.items())))
        for name, meetings in sorted(scores.items())
    ]


def thinned(steps: Sequence[Step], every: int) -> list[Step]:
    """Return the steps with each `every` consecutive ones made into one, whose figures are their means."""
    groups = [steps[i : i + every] for i in range(0, len(steps), every)]
    return [
        Step(group[0].number, tuple(each for step in group for each in step.judged), _means(group), len(group))
        for group in groups
    ]


def fifths(values: Sequence[float | None]) -> tuple[float, float] | None:
    """Return the means of the first and of the last fifth of the values that there are."""
    known = [each for each in values if each is not None]
    size = max(1, len(known) // 5)
    return (fmean(known[:size]), fmean(known[-size:])) if known else None


def mean(values: Iterable[float]) -> float | None:
    """Return the mean; None where there are no values."""
    known = list(values)
    return fmean(known) if known else None


def _means(steps: Sequence[Step]) -> dict[str, float]:
    names = {name for step in steps for name in step.logged}
    return {name: fmean(step.logged[name] for step in steps if name in step.logged) for name in names}


def _logged(path: Path) -> dict[int, dict[str, float]]:
    """Return the figures of the log by the first step of each batch of completions, with the time of all its steps.

    A step that was done again after a resume counts as it was last. Only the first one of a batch has a reward.
    """
    found = {}
    for where, row in rows(path) if path.exists() else ():
        if not isinstance(row, Mapping) or not isinstance(row.get("step"), int):
            raise DataError(f"{where}: has no step, so it is no row of a log of steps")
        found[row["step"]] = row
    logged: dict[int, dict[str, float]] = {}
    for step, row in sorted(found.items()):
        figures = {name: float(each) for name, each in row.items() if isinstance(each, int | float)}
        if "reward" in row or not logged:
            batch = logged[step] = figures
        else:
            batch["step_time"] = batch.get("step_time", 0.0) + figures.get("step_time", 0.0)
    return logged


def _answers(path: Path) -> list[Answers]:
    """Return the answers before and after by problem, in the order of the file."""
    found: dict[str, dict[str, list[Answer]]] = {}
    for where, row, record in records([path] if path.exists() else []):
        if row.get("when") not in ("before", "after") or not isinstance(row.get("completion"), str):
            raise DataError(f"{where}: needs when (before or after) and completion (text)")
        is_known = "input" in row and "output" in row and record.judgement.verdict is not Verdict.CE
        failed = (str(row["input"]), str(row["output"])) if is_known else None
        answer = Answer(row["completion"], record.judgement, failed)
        found.setdefault(record.problem_id, {"before": [], "after": []})[row["when"]].append(answer)
    return [Answers(name, tuple(both["before"]), tuple(both["after"])) for name, both in found.items()]
