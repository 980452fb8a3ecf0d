"""Load problems by name or path: a shipped set, a file of rows, problem packages, or a data set of the Hub."""

from __future__ import annotations

import dataclasses
import logging
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from deepcoder.checkers import checker
from deepcoder.datasets import errata, hub, packages, statements
from deepcoder.datasets.errors import DataError, Unusable
from deepcoder.datasets.formats import FORMATS, Format, canonical
from deepcoder.datasets.packages import Package
from deepcoder.datasets.rows import FILES, Row, file_rows, json_lines
from deepcoder.datasets.times import calibrated
from deepcoder.problems import Limits, Mode, Problem
from deepcoder.wire import values
from deepcoder.wire.languages import LANGUAGES

log = logging.getLogger(__name__)

DEFAULT_LIMITS = Limits()
INT_DIGITS = 1_000_000  # digits of the longest int that is read. Python takes 10 s for it, and the time is quadratic
_UNKNOWN = "the format is unknown: neither `mode` and `tests` nor the columns of a known data set are there"
_UNKNOWN_ROWS = 20  # a source that begins with so many rows of unknown format is not read to its end
_SUMMARY_REASONS = 4
_SUMMARY_ROWS = 3  # named for each reason

_INSTRUCTIONS = {
    Mode.FUNCTION: "Write only the {titles} function `{entry_point}`, in one {tags} block. Do not read any input.",
    Mode.STDIN: "Write a {titles} program that reads standard input and prints the answer, in one {tags} block.",
    Mode.INTERACTIVE: "Write a {titles} program that talks by standard input and output, in one {tags} block.",
}


def load_problems(
    source: str,
    split: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    quarantine: Path | None = None,
    times: Path | None = None,
    prefix: str = "",
) -> list[Problem]:
    """Return the problems of a shipped set ("deepcoder_small"), a file, packages, or a data set of the Hub.

    Each prompt ends with what the mode asks for. The tests of a prepared file stay on the disk until they are needed.
    Rows in other formats than ours that cannot be used are counted and named in a warning.

    Args:
        source: A name of hub.SHIPPED, the path of a file or of packages, or a data set of the Hub:
            `owner/name:config@split`, or a short name of it.
        split: The split of a data set of the Hub, instead of one in `source`.
        limits: For the problems that have none of their own.
        quarantine: A file of problems to leave out: {"problem_id": ..., "reason": ...} per line.
        times: A file of times that `deepcoder doctor --times` wrote, for calibrated limits: see `datasets.times`.
        prefix: Put in front of every id, to keep problems of several sources apart: "humaneval+/". The files of
            `quarantine` and `times` name the problems without it.

    Raises:
        DataError: A row of our own format cannot be used, or no row can, or there is no such file or data set; or the
            times are of other tests.
    """
    problems, unusable = [], []
    for each in read_problems(source, split, limits):
        if isinstance(each, Problem):
            problems.append(_with_instruction(each))
        else:
            unusable.append(each)
    if unusable:
        total = len(problems) + len(unusable)
        log.warning("%d of %d rows of %s cannot be used: %s", len(unusable), total, source, summary(unusable))
    if quarantine is not None:
        problems = _without(problems, quarantine, source)
    if times is not None:
        problems = calibrated(problems, times, source)
    return [each.prefixed(prefix) for each in problems]


def read_problems(
    source: str, split: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Problem | Unusable]:
    """Yield, row by row, the problem with the prompt as the row has it, or why the row gives none.

    Raises:
        DataError: As `load_problems`.
    """
    if source not in hub.SHIPPED and packages.is_source(Path(source)):
        yield from _of_packages(source, split, limits)
        return
    sys.set_int_max_str_digits(INT_DIGITS)  # data sets have longer integers than Python reads by default
    name, rows = _rows(source, split)
    ids: dict[str, str] = {}  # the place of the row that has the id
    unusable: list[Unusable] = []
    corrected: list[Problem | Unusable] = []
    unknown: DataError | None = None  # the first row of no known format
    ours = False  # a row in our own format was read. The file is the user's own, so any wrong row is an error
    for number, (where, row) in enumerate(rows):
        format_ = next((each for each in FORMATS if isinstance(row, Mapping) and each.is_row(row)), None)
        entry = _problem(format_, row, where, f"{name}/{number}", limits)
        ours = ours or format_ is canonical
        if isinstance(entry, Unusable):
            if format_ is None:
                unknown = unknown or DataError(f"{where}: {entry.reason}")
            elif format_ is canonical:
                raise DataError(f"{where}: {entry.reason}")
            unusable.append(entry)
            if format_ is None and len(unusable) == _UNKNOWN_ROWS and not ids:
                break
        else:
            if entry.problem_id in ids and format_ is not canonical:
                entry = dataclasses.replace(entry, problem_id=f"{entry.problem_id}#{number}")
            if entry.problem_id in ids:
                twice = f"problem_id {entry.problem_id!r} occurs twice, first in {ids[entry.problem_id]}"
                raise DataError(f"{where}: {twice}: give each problem an id of its own")
            ids[entry.problem_id] = where
        if ours and unknown is not None:
            raise unknown
        corrected += [entry] if errata.has_changed(entry) else []
        yield entry
    if corrected:
        log.warning("%s: %s", source, errata.summary(corrected))
    if not ids:
        raise DataError(f"{source} has no row that can be used" + (f": {summary(unusable)}" if unusable else ""))


def _of_packages(source: str, split: str | None, limits: Limits) -> Iterator[Problem | Unusable]:
    """Yield the problem of each package, or why it gives none. What is not used of the others is named in a warning."""
    _check_no_split(source, split)
    unusable, notes = [], []
    used: dict[str, str] = {}  # the place of the package that has the id
    for each in packages.read_packages(Path(source), limits):
        refused = each if isinstance(each, Unusable) else _refused(each, used)
        if refused is not None:
            unusable.append(refused)
            yield refused
        elif isinstance(each, Package):
            used[each.problem.problem_id] = each.problem.where
            notes += [Unusable(each.problem.problem_id, note) for note in each.notes]
            yield each.problem
    if not used:
        raise DataError(f"{source} has no package that can be used: {summary(unusable)}")
    if notes:
        log.warning("%s: %s", source, summary(notes))


def _refused(package: Package, used: Mapping[str, str]) -> Unusable | None:
    """Return why the problem of a package cannot be used beside others; None where it can."""
    problem = package.problem
    if problem.problem_id in used:
        twice = f"{problem.problem_id} is the name of another package, {used[problem.problem_id]}"
        return Unusable(problem.where, f"{twice}: give its folder another name")
    return Unusable(problem.problem_id, package.needs) if package.needs else None


def _problem(format_: Format | None, row: Any, where: str, problem_id: str, limits: Limits) -> Problem | Unusable:
    if format_ is None:
        return Unusable(where, _UNKNOWN if isinstance(row, Mapping) else "a row must be an object")
    try:
        problem = dataclasses.replace(format_.problem_from_row(row, problem_id, limits), where=where)
        check_fields(problem)
        if format_ is not canonical:  # whose rows say themselves how they are judged
            problem = statements.heeded(problem)
            _check_more_is_asked(problem)
        return problem
    except (ValueError, TypeError) as error:
        return Unusable(where, str(error))
    except (LookupError, ArithmeticError, RecursionError) as error:
        return Unusable(where, repr(error))


def check_fields(problem: Problem) -> None:
    """Raise ValueError if a format passed on a field that is no text, or an unknown checker, before a worker does."""
    for name in ("entry_point", "preamble", "checker", "code_prompt", "reference", "source"):
        if not isinstance(getattr(problem, name) or "", str):
            raise ValueError(f"{name} must be text")
    checker(problem.checker, problem.mode)


def _check_more_is_asked(problem: Problem) -> None:
    """Raise ValueError if a function that does nothing passes."""
    if problem.mode is not Mode.FUNCTION or problem.code_tests or problem.special_checker:
        return
    checks = ((checker(each.checker or problem.checker, problem.mode), each.output) for each in problem.tests)
    if all(check(values.decode(expected), None) for check, expected in checks):
        raise ValueError("a function that does nothing passes every test")


def summary(unusable: Sequence[Unusable]) -> str:
    """Return the reasons in one sentence, the most frequent first, with the number of rows and some of them."""
    alike = defaultdict(list)
    for each in unusable:
        alike[re.sub(r"\d+", "0", each.reason)].append(each)
    groups = sorted(alike.values(), key=len, reverse=True)
    said = []
    for group in groups[:_SUMMARY_REASONS]:
        rows = [each.where.rpartition(", ")[2] for each in group[:_SUMMARY_ROWS]]
        more = ", ..." if len(group) > _SUMMARY_ROWS else ""
        said.append(f"{group[0].reason} ({len(group)}: {', '.join(rows)}{more})")
    if len(groups) > _SUMMARY_REASONS:
        said.append(f"and for {len(groups) - _SUMMARY_REASONS} other reasons")
    return "; ".join(said)


def quarantined(path: Path) -> frozenset[str]:
    """Return the ids in a quarantine list, which `deepcoder doctor` writes.

    Raises:
        DataError: The file cannot be read, or a row has no problem_id, or no reason, so that it is of another file.
    """
    ids = set()
    for where, row in file_rows(path):
        if not isinstance(row, Mapping) or not isinstance(row.get("problem_id"), str):
            raise DataError(f"{where}: problem_id is missing, or is no text")
        if "reason" not in row:  # a file of problems or of judgements would leave out all that it names
            raise DataError(f"{where}: reason is missing: a quarantine list is what `deepcoder doctor -o` writes")
        ids.add(row["problem_id"])
    return frozenset(ids)


def _without(problems: list[Problem], quarantine: Path, source: str) -> list[Problem]:
    banned = quarantined(quarantine)
    kept = [each for each in problems if each.problem_id not in banned]
    if not kept:
        raise DataError(f"{quarantine} names every problem of {source}")
    log.info("%d of %d problems of %s are in quarantine", len(problems) - len(kept), len(problems), source)
    return kept


def _with_instruction(problem: Problem) -> Problem:
    if not problem.prompt:
        return problem
    *before, last = problem.prompt
    titles = " or ".join(LANGUAGES[each].title for each in problem.languages)
    tags = " or ".join(f"```{each}" for each in problem.languages)
    instruction = _INSTRUCTIONS[problem.mode].format(titles=titles, tags=tags, entry_point=problem.entry_point)
    asked = {**last, "content": f"{last['content']}\n\n{instruction}"}
    return dataclasses.replace(problem, prompt=(*before, asked))


def _check_no_split(source: str, split: str | None) -> None:
    if split is not None:
        raise DataError(f"{source} has no split {split}: only data sets of the Hub have splits")


def _rows(source: str, split: str | None) -> tuple[str, Iterator[Row]]:
    """Return the rows, and the name that the ids of rows without an id begin with."""
    if source in hub.SHIPPED:
        _check_no_split(source, split)
        shipped = resources.files("deepcoder.datasets") / hub.SHIPPED[source]
        return source, json_lines(source, shipped.read_text(encoding="utf-8").splitlines())
    if Path(source).suffix in FILES or Path(source).is_file():
        _check_no_split(source, split)
        return Path(source).stem, file_rows(Path(source))
    hub_set = hub.resolve(source, split)
    return f"{hub_set.name}/{hub_set.split}", hub.rows(hub_set)
