"""Grade a file of completions: one judgement per line, resumable, with pass@k.

Runs: GPU node, or any machine with a pool.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any, get_type_hints

from deepcoder.checkers import checker
from deepcoder.continuations import continued
from deepcoder.datasets import DataError, file_rows, load_problems
from deepcoder.pool import Progress, SandboxPool
from deepcoder.problems import Limits, Problem
from deepcoder.programs import Program, extract
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.messages import Sign


@dataclass(frozen=True)
class Settings:
    """What a person chose for a run that changes verdicts."""

    max_tests: int | None = None  # None means all
    time_limit_s: float = Limits().cpu_s  # where a problem has no limit of its own
    checker: str = ""  # in place of every problem's; empty means the problem's own
    times: str = ""  # the file of reference times for calibrated limits; empty means the problem's own

    def __post_init__(self) -> None:
        Limits(cpu_s=self.time_limit_s)  # which raises ValueError where it can be no limit

    def loaded(self, source: str, quarantine: Path | None = None) -> list[Problem]:
        """The problems of a file or data set, to be judged with these settings.

        Raises:
            DataError: It cannot be used, or a problem's mode has no checker of that name.
        """
        times = Path(self.times) if self.times else None
        problems = load_problems(source, limits=Limits(cpu_s=self.time_limit_s), quarantine=quarantine, times=times)
        if self.checker:
            problems = self._with_checker(problems)
        return [each.sampled(self.max_tests) for each in problems]

    def _with_checker(self, problems: Sequence[Problem]) -> list[Problem]:
        """Its name says of what mode it is; the problems of the other keep their own."""
        refused = {}
        for mode in {each.mode for each in problems}:
            try:
                checker(self.checker, mode)
            except ValueError as error:
                refused[mode] = str(error)
        if all(each.mode in refused for each in problems):
            raise DataError(next(iter(refused.values())))
        return [each if each.mode in refused else each.checked_by(self.checker) for each in problems]


@dataclass(frozen=True)
class Record:
    """A judgement as files keep it: with the program and the settings, so that it can be made again."""

    problem_id: str
    program: str | None  # source
    judgement: Judgement
    settings: Settings
    cpu_limit_s: float | None = None  # that the problem had, calibrated or not; None in records from before it was kept

    @classmethod
    def of(cls, submission: Submission, judgement: Judgement, settings: Settings) -> Record:
        problem, source = submission.problem, submission.program.source if submission.program else None
        return cls(problem.problem_id, source, judgement, settings, problem.limits.cpu_s)

    def is_of(self, submission: Submission) -> bool:
        """Whether it is of this program for this problem, however that is limited now."""
        again = Record.of(submission, self.judgement, self.settings)
        return self == dataclasses.replace(again, cpu_limit_s=self.cpu_limit_s)

    def loaded(self, source: str) -> list[Problem]:
        """The problems of a file or data set, this one's to be judged as it was, with the limit that is on record.

        Raises:
            DataError: As `Settings.loaded`.
        """
        problems = dataclasses.replace(self.settings, times="").loaded(source)
        limit_s = self.cpu_limit_s
        if limit_s is None:
            return problems
        return [each.limited_to(limit_s) if each.problem_id == self.problem_id else each for each in problems]

    def to_json(self, **place: int) -> str:
        """One line. `place` says where the program came from: an index, or a step of training."""
        facts = {**dataclasses.asdict(self.judgement), **dataclasses.asdict(self.settings)}
        facts |= {"cpu_limit_s": self.cpu_limit_s, "program": self.program}
        return json.dumps({"problem_id": self.problem_id, **place, **facts}) + "\n"

    @classmethod
    def from_row(cls, row: Any) -> Record:
        """Raises ValueError, naming the field, where the row is no record."""
        if not isinstance(row, Mapping):
            raise ValueError("it is no object")
        at_first = {"suspicious": [], "repeated": False, "times": "", "cpu_limit_s": None}
        row = {**at_first, **row}  # which records did not have at first
        kinds = {**get_type_hints(Judgement), **get_type_hints(Settings), "verdict": str, "suspicious": list}
        kinds["cpu_limit_s"] = float | int | None
        for name in ("problem_id", *kinds, "program"):
            if name not in row:
                raise ValueError(f"{name} is missing")
        for name, kind in kinds.items():
            if not isinstance(row[name], kind | int if kind is float else kind):
                raise ValueError(f"{name} must be {_WORDS.get(kind, kind)}")
        if not isinstance(row["program"], str | None):
            raise ValueError("program must be text or null")
        facts = {field.name: row[field.name] for field in dataclasses.fields(Judgement)}
        suspicious = tuple(map(Sign, facts["suspicious"]))
        judgement = Judgement(**{**facts, "verdict": Verdict(facts["verdict"]), "suspicious": suspicious})
        if judgement.failed_test is not None and not 0 <= judgement.failed_test < judgement.total:
            raise ValueError(f"failed_test must be below {judgement.total}, the number of tests")
        settings = Settings(**{field.name: row[field.name] for field in dataclasses.fields(Settings)})
        limit_s = row["cpu_limit_s"]
        Limits(cpu_s=1 if limit_s is None else limit_s)  # which raises ValueError where it can be no limit
        return cls(str(row["problem_id"]), row["program"], judgement, settings, limit_s)


_WORDS: dict[Any, str] = {
    str: "text",
    int: "an integer",
    int | None: "an integer or null",
    float: "a number",
    bool: "true or false",
    float | int | None: "a number or null",
}


def read_submissions(
    path: Path, problems: Mapping[str, Problem], quarantined: Set[str] = frozenset(), completes_prompt: bool = False
) -> dict[int, Submission]:
    """The submissions of a completions file by index, the number of the row from 0; without quarantined problems.

    `completes_prompt` says that completions continue the code of their prompts.

    Raises:
        DataError: A row cannot be used; the message names its line.
    """
    found = {}
    for index, (where, row) in enumerate(file_rows(path)):
        if not isinstance(row, Mapping) or "problem_id" not in row:
            raise DataError(f"{where}: problem_id is missing")
        problem_id = str(row["problem_id"])
        if problem_id in problems:
            found[index] = Submission(
                problems[problem_id], _program(row, problems[problem_id], where, completes_prompt)
            )
        elif problem_id not in quarantined:
            raise DataError(f"{where}: no problem has the problem_id {problem_id!r}")
    return found


def _program(row: Mapping[str, Any], problem: Problem, where: str, completes_prompt: bool) -> Program | None:
    if isinstance(row.get("program"), str):
        return Program(row["program"])
    if row.get("completion") is None:
        raise DataError(f"{where}: needs completion (text or messages) or program (source text)")
    try:
        if completes_prompt:
            return continued(problem, row["completion"])
        return extract(row["completion"], row.get("prompt", problem.prompt))
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: {error}") from None


def grade(
    submissions: Mapping[int, Submission],
    settings: Settings,
    output: Path,
    pool: SandboxPool,
    progress: Progress | None = None,
) -> list[Record]:
    """Judge what `output` does not hold yet; every judgement is on disk as soon as it is known.

    Raises:
        DataError: `output` holds judgements of other completions, or with other settings.
    """
    done = _already_graded(submissions, settings, output)
    for index, record in done.items():
        if progress is not None:
            progress(index, record.judgement)
    missing = [index for index in submissions if index not in done]
    _write(output, done)
    with output.open("a", encoding="utf-8") as lines:

        def keep(position: int, judgement: Judgement) -> None:
            index = missing[position]
            done[index] = Record.of(submissions[index], judgement, settings)
            lines.write(done[index].to_json(index=index))
            lines.flush()
            if progress is not None:
                progress(index, judgement)

        pool.judge([submissions[index] for index in missing], keep)
    _write(output, done)
    return [done[index] for index in sorted(done)]


def _already_graded(submissions: Mapping[int, Submission], settings: Settings, output: Path) -> dict[int, Record]:
    """By index; without what a fault of ours left unjudged, and without a last line that an interruption cut short."""
    if not output.exists():
        return {}
    done = {}
    lines = output.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n"):
            break
        try:
            row = json.loads(line)
            record, index = Record.from_row(row), row.get("index")
            if index not in submissions or not record.is_of(submissions[index]):
                raise ValueError("it is of another program")
            total, limit_s = len(submissions[index].problem.tests), submissions[index].problem.limits.cpu_s
            if record.judgement.total != total:
                raise ValueError(f"the problem had {record.judgement.total} tests then, and has {total}")
        except (ValueError, TypeError) as error:
            raise DataError(
                f"{output}, line {number}: not a judgement of these completions ({error}): name another output"
            ) from None
        if record.settings != settings:
            raise DataError(f"{output}, line {number}: {_changed(record.settings, settings)}: name another output")
        if record.cpu_limit_s not in (None, limit_s):
            changed = f"judged with a limit of {record.cpu_limit_s:g} s, which is now {limit_s:g} s"
            raise DataError(f"{output}, line {number}: {changed}: name another output")
        if record.judgement.verdict is not Verdict.IE:
            done[index] = record
    return done


def _changed(then: Settings, now: Settings) -> str:
    """The first setting that differs, in words."""
    before, after = dataclasses.asdict(then), dataclasses.asdict(now)
    name = next(name for name in before if before[name] != after[name])
    options = {"max_tests": "--max-tests", "time_limit_s": "--time-limit", "checker": "--checker", "times": "--times"}
    said = options[name]
    return f"judged with {said} {before[name] or 'not given'}, which is now {after[name] or 'not given'}"


def _write(output: Path, done: Mapping[int, Record]) -> None:
    """All at once, in the completions' order, so that an interruption leaves the old file or the new one."""
    draft = output.with_name(output.name + ".part")
    draft.write_text("".join(done[index].to_json(index=index) for index in sorted(done)), encoding="utf-8")
    os.replace(draft, output)


def pass_at_k(graded: Sequence[Record], k: int) -> float | None:
    """The mean over problems of the unbiased estimate 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, arXiv:2107.03374).

    What was not judged counts neither as passed nor as tried; None where no problem has k completions.
    """
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for each in graded:
        if each.judgement.verdict is not Verdict.IE:
            verdicts[each.problem_id].append(each.judgement.verdict)
    estimates = [
        1 - comb(len(found) - found.count(Verdict.AC), k) / comb(len(found), k)
        for found in verdicts.values()
        if len(found) >= k
    ]
    return sum(estimates) / len(estimates) if estimates else None
