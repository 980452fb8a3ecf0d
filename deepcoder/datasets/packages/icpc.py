"""Packages in the format of ICPC and Kattis: legacy, legacy-icpc, 2023-07(-draft) and 2025-09.

https://icpc.io/problem-package-format has the formats. Where they leave a choice, the choice is that of Kattis's
problemtools.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deepcoder.checkers import contest_checker
from deepcoder.datasets.errors import DataError
from deepcoder.datasets.fields import limits_of
from deepcoder.datasets.packages import icpc_tests, labels, programs, statement
from deepcoder.datasets.packages.icpc_tests import Test, mapping, words
from deepcoder.datasets.packages.package import JurySubmission, Package, TimeRule, reference_among
from deepcoder.datasets.packages.programs import NoProgram, Texts
from deepcoder.datasets.packages.tree import Tree
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.wire.languages import CPP, JAVA, MIB, PYTHON

PROBLEM_YAML = "problem.yaml"
LEGACY = ("legacy", "legacy-icpc")
VERSIONS = (*LEGACY, "2023-07", "2023-07-draft", "2025-09")
DEFAULT_PASSES = 2
_VALIDATORS = ("output_validator", "output_validators")
_NO_PROGRAMS = (".md", ".txt", ".yaml", ".json")  # of files that lie directly in a folder of submissions
_INI_TIME = re.compile(r"^\s*timelimit\s*=\s*['\"]?([0-9.]+)", re.MULTILINE)
_CONSTANT = re.compile(r"\{\{([\w.]+)\}\}|\\constant\{([\w.]+)\}")
_TITLE = re.compile(r"\\problemname\{([^{}]+)\}")

FillIn = Callable[[str], str]


def package(tree: Tree, limits: Limits) -> Package:
    """Return the package in a folder. `limits` serve where the package has none.

    Raises:
        DataError: It cannot be used; the message names the file.
    """
    config = mapping(tree, PROBLEM_YAML)
    kinds = _kinds(tree, config)
    fill_in = _constants(config)
    deciding, flags, notes = _deciding(tree, config, kinds, fill_in)
    is_interactive = "interactive" in kinds
    tests, missing = icpc_tests.read(tree.under("data"), fill_in)
    flags, tests = _common_flags(flags, tests)
    if deciding is not None:
        deciding = dataclasses.replace(deciding, flags=flags)
    included = _included(tree, fill_in)
    submissions, strange = _submissions(tree, fill_in, included, _folders(config, kinds, deciding))
    time = _time_rule(tree, config)
    languages = _languages(tree, config)
    problem = Problem(
        problem_id="package",
        mode=Mode.INTERACTIVE if is_interactive else Mode.STDIN,
        tests=tuple(_case(test, deciding, flags, tree) for test in tests),
        checker=_checker(flags, tree) if deciding is None else "",
        special_checker="" if deciding is None or is_interactive else deciding,
        interactor=deciding if is_interactive else None,
        validation_passes=int(_limit(config, "validation_passes") or DEFAULT_PASSES) if "multi-pass" in kinds else 1,
        limits=_limits(config, limits, time),
        limits_for=CPP.name if time.limit_s else "",
        languages=languages,
        prompt=_prompt(tree, config, _samples(tree, tests, _version(config), is_interactive), fill_in),
        source=f"ICPC {_version(config)}",
    )
    problem = reference_among(submissions, problem)
    if "scoring" in kinds:
        notes.append("points are not given: only a program that passes every test is accepted")
    if not problem.prompt:
        notes.append("no statement is there as text, so the problem has no prompt")
    if not time.limit_s:
        notes.append("no time limit is there: `deepcoder doctor` measures it, else the default one is used")
    names = tuple(test.name for test in tests)
    is_alone = not any(programs.with_included({}, included, each) for each in languages)
    needs = "" if is_alone else "its programs need the files of include/, which a completion does not get"
    return Package(problem, names, tuple(submissions), time, (*notes, *missing, *strange), needs)


def _version(config: Mapping[str, Any]) -> str:
    return str(config.get("problem_format_version") or LEGACY[0])


def _kinds(tree: Tree, config: Mapping[str, Any]) -> set[str]:
    """Return the words that say what kind of problem it is.

    Raises:
        DataError: The version of the format is unknown, or no program is asked for.
    """
    version = _version(config)
    if version not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise DataError(f"{tree.where}/{PROBLEM_YAML}: problem_format_version is {version}: known are {known}")
    # Drafts of 2023-07 have `validation`, too: words as in the legacy format, or an object.
    said = words(config.get("type")) + words(config.get("validation"))
    kinds = {each.replace("multipass", "multi-pass") for each in said}
    if "submit-answer" in kinds:
        raise DataError(f"{tree.where}/{PROBLEM_YAML}: answers are to be submitted, so there is no program to judge")
    return kinds


def _constants(config: Mapping[str, Any]) -> FillIn:
    """Return the function that puts the values of the constants in the place of their names."""
    values = config.get("constants")
    known: dict[str, str] = {}
    for name, value in values.items() if isinstance(values, Mapping) else ():
        variants = value if isinstance(value, Mapping) else {"value": value}
        known |= {f"{name}.{variant}": str(each) for variant, each in variants.items()}
        known[str(name)] = str(variants.get("value", ""))
    if not known:
        return str
    return lambda text: _CONSTANT.sub(lambda found: known.get(found[1] or found[2], found[0]), text)


def _deciding(
    tree: Tree, config: Mapping[str, Any], kinds: set[str], fill_in: FillIn
) -> tuple[JuryProgram | None, tuple[str, ...], list[str]]:
    """Return the package's own validator where one decides, the flags for all tests, and notes."""
    flags = words(config.get("validator_flags"))
    folder = next((each for each in _VALIDATORS if tree.under(each).files), "")
    is_legacy = _version(config) in LEGACY
    must = {"interactive", "multi-pass", "custom"} & kinds
    if not must and (is_legacy or not folder):
        return None, flags, []
    if not folder:
        raise DataError(f"{tree.where} has no folder {_VALIDATORS[is_legacy]}, and the problem needs one")
    found, notes = programs.validator(tree.under(folder), fill_in, flags, is_one=folder == _VALIDATORS[0])
    if _gives_points(config, kinds):
        notes.append("points of the validator are not used: a test that it accepts counts as passed")
    if tree.under("static_validator").files:
        notes.append("static_validator is not run")
    return found, flags, notes


def _gives_points(config: Mapping[str, Any], kinds: set[str]) -> bool:
    """Return whether a validator of the package's own gives points."""
    return ("score" if _version(config) in LEGACY else "scoring") in kinds


def _folders(config: Mapping[str, Any], kinds: set[str], deciding: JuryProgram | None) -> Mapping[str, labels.Verdicts]:
    """Return the verdicts that the folders of submissions stand for."""
    if deciding is None or not _gives_points(config, kinds):
        return labels.FOLDERS
    return {**labels.FOLDERS, "partially_accepted": labels.JUDGED}  # each test may be accepted, with some points


def _common_flags(flags: tuple[str, ...], tests: Sequence[Test]) -> tuple[tuple[str, ...], list[Test]]:
    """Return the flags of the problem with those that every test has, and the tests without the latter."""
    each = {test.flags for test in tests}
    if len(each) > 1:
        return flags, list(tests)
    return (*flags, *each.pop()), [dataclasses.replace(test, flags=()) for test in tests]


def _case(test: Test, deciding: JuryProgram | None, flags: tuple[str, ...], tree: Tree) -> TestCase:
    if deciding is not None:
        return TestCase(test.input, test.output, checker_flags=test.flags)
    return TestCase(test.input, test.output, _checker((*flags, *test.flags), tree) if test.flags else "")


def _checker(flags: tuple[str, ...], tree: Tree) -> str:
    try:
        return contest_checker(flags)
    except ValueError as error:
        raise DataError(f"{tree.where}: {error}") from None


def _limit(config: Mapping[str, Any], *names: str) -> float | None:
    """Return a number among the limits; None where the package has none."""
    found: Any = config.get("limits")
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    try:
        return None if found is None else float(found)
    except (TypeError, ValueError):
        raise DataError(f"limits.{'.'.join(names)} in {PROBLEM_YAML} must be a number, not {found!r}") from None


def _time_rule(tree: Tree, config: Mapping[str, Any]) -> TimeRule:
    given = _limit(config, "time_limit")
    if given is None and ".timelimit" in tree:
        given = _seconds(tree, ".timelimit", tree.text(".timelimit"))
    if given is None and "domjudge-problem.ini" in tree:
        found = _INI_TIME.search(tree.text("domjudge-problem.ini"))
        given = _seconds(tree, "domjudge-problem.ini", found[1]) if found else None
    multiplier = _limit(config, "time_multiplier") or _limit(config, "time_multipliers", "ac_to_time_limit")
    usual = TimeRule.multiplier if _version(config) in LEGACY else 2.0
    return TimeRule(given, multiplier or usual, _limit(config, "time_resolution") or TimeRule.step_s)


def _seconds(tree: Tree, name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{tree.where}/{name}: the time limit must be a number, not {text.strip()!r}") from None


def _limits(config: Mapping[str, Any], default: Limits, time: TimeRule) -> Limits:
    memory, output = _limit(config, "memory"), _limit(config, "output")
    try:
        limits = limits_of(default, time.limit_s, memory and memory * MIB)
        return dataclasses.replace(limits, output_bytes=int(output * MIB)) if output else limits
    except ValueError as error:
        raise DataError(f"limits in {PROBLEM_YAML}: {error}") from None


def _languages(tree: Tree, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages that a completion may answer in: Python, unless the package forbids it."""
    given = config.get("languages")
    if not isinstance(given, list):
        return (PYTHON.name,)
    allowed = tuple(dict.fromkeys(programs.NAMES[str(each)].name for each in given if str(each) in programs.NAMES))
    if not allowed:
        raise DataError(f"{tree.where}/{PROBLEM_YAML}: languages has none of {', '.join(programs.NAMES)}")
    return (PYTHON.name,) if PYTHON.name in allowed else allowed


def _prompt(
    tree: Tree, config: Mapping[str, Any], samples: Sequence[tuple[str, str]], fill_in: FillIn
) -> tuple[Mapping[str, str], ...]:
    """Return the English statement, else the first, and the samples, as a message."""
    ranked = sorted(
        _statements(tree), key=lambda name: (".en." not in name, ".en-" not in name, name.count(".") > 1, name)
    )
    if not ranked:
        return ()
    text = fill_in(tree.text(ranked[0]))
    names = config.get("name")
    if isinstance(names, Mapping) and names:
        names = names[min(names, key=lambda each: (each != "en", not str(each).startswith("en-")))]
    title = str(names or (found[1] if (found := _TITLE.search(text)) else ""))
    body = statement.OF_SUFFIX["." + ranked[0].rpartition(".")[2]](text)
    return ({"role": "user", "content": statement.prompt(title, body, samples)},)


def _statements(tree: Tree) -> list[str]:
    pattern = re.compile(r"(?:problem_)?statement/problem(?:\.[a-zA-Z-]+)?\.(?:md|tex|html)")
    return [name for name in tree.files if pattern.fullmatch(name)]


def _samples(tree: Tree, tests: Sequence[Test], version: str, is_interactive: bool) -> list[tuple[str, str]]:
    """Return what is shown of the samples. Of an interactive one, 2025-09 alone shows the files that the jury reads."""
    talks = [name for name in tree.files if re.fullmatch(r"data/sample/[^/]+\.interaction", name)]
    if talks or (is_interactive and version != VERSIONS[-1]):
        return [(tree.text(name), "") for name in talks]
    outputs = ("ans.statement",) if version in LEGACY else ("ans.statement", "out")
    return [
        (_shown(tree, test, ("in.statement",), test.input), _shown(tree, test, outputs, test.output))
        for test in tests
        if test.name.startswith("sample/")
    ]


def _shown(tree: Tree, test: Test, suffixes: Sequence[str], usual: str) -> str:
    names = [f"data/{test.name}.{suffix}" for suffix in suffixes]
    return next((tree.text(name) for name in names if name in tree), usual)


def _submissions(
    tree: Tree, fill_in: FillIn, included: Mapping[str, Texts], folders: Mapping[str, labels.Verdicts]
) -> tuple[list[JurySubmission], list[str]]:
    """Return the programs of the jury in the order of their names, and notes about folders without a known verdict."""
    every = tree.under("submissions")
    settings = mapping(every, "submissions.yaml", fill_in) if "submissions.yaml" in every else {}
    found, strange = [], []
    for folder in every.entries():
        programs_in = every.under(folder)
        for name in programs_in.entries():
            is_file = name in programs_in
            if is_file and name.endswith(_NO_PROGRAMS):
                continue
            of_one = programs_in if is_file else programs_in.under(name)
            files = programs.texts(of_one, fill_in, [name] if is_file else None)
            try:
                allowed, own = labels.by_rules(settings, f"{folder}/{name}", folders.get(folder))
                expected = _expected(files, allowed, folder)
            except ValueError as error:
                strange.append(f"submissions/{folder}/{name} is left out: {error}")
                continue
            found.append(_submission(f"{folder}/{name}", files, included, own, expected))
    return found, strange


def _included(tree: Tree, fill_in: FillIn) -> dict[str, Texts]:
    """Return the files that are laid out beside programs, by folder: that of a language, or `default`."""
    include = tree.under("include")
    folders = [name for name in include.entries() if name not in include]
    return {name: programs.texts(include.under(name), fill_in) for name in folders}


def _expected(files: Texts, allowed: labels.Verdicts | None, folder: str) -> labels.Verdicts:
    """Return the verdicts that a submission may get: its own comment says so, submissions.yaml, or its folder.

    Raises:
        ValueError: None of them says so in words that are known.
    """
    tagged = next(filter(None, map(labels.expected_results, files.values())), None)
    expected = tagged or allowed
    if expected is None:
        raise ValueError(f"{folder} is no folder with a known verdict")
    return expected


def _submission(
    name: str, files: Texts, included: Mapping[str, Texts], settings: Mapping[str, Any], expected: labels.Verdicts
) -> JurySubmission:
    use = settings.get("use_for_time_limit")
    is_usual = use is None or use is True
    is_timed = expected == labels.ACCEPTED and name.startswith("accepted/") if is_usual else use == "lower"
    try:
        asked = str(settings.get("language") or "")
        if asked and asked not in programs.NAMES:
            raise NoProgram(f"no language of the table is called {asked}")
        language, entry_file = programs.chosen(files, programs.NAMES[asked].name if asked else "", "")
        every = programs.with_included(files, included, language)
        named = str(settings.get("entrypoint") or "")
        if language == JAVA.name and named not in every:  # a class
            named = f"{named}.java" if f"{named}.java" in every else ""
        entry_file = named or programs.driver(included, language) or entry_file
        return JurySubmission(name, expected, programs.program(every, language, entry_file), is_timed=is_timed)
    except NoProgram as error:
        return JurySubmission(name, expected, None, str(error))
