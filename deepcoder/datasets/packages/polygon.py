"""Packages of Polygon, where the problems of Codeforces are made: `problem.xml`, and what it names.

A standard checker is one of our named checkers where the two decide alike. The source of any other is compiled.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from xml.etree.ElementTree import Element

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.fields import limits_of
from deepcoder.datasets.packages import labels, programs, statement
from deepcoder.datasets.packages.package import JurySubmission, Package, TimeRule, reference_among
from deepcoder.datasets.packages.programs import NoProgram
from deepcoder.datasets.packages.tree import Tree
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.wire.languages import CPP, CPP20, CPP23, GO, JAVA, JAVASCRIPT, PYPY, PYTHON, RUST, C

PROBLEM_XML = "problem.xml"
_TOKENS, _ANY_CASE = "kattis(case_sensitive)", "kattis"
# What testlib's checkers of these names accept, given the answer files that they accept. The others, such as lcmp and
# fcmp, look at lines or at a form as none of ours does.
STANDARD = {
    **dict.fromkeys(("wcmp", "ncmp", "icmp", "hcmp"), _TOKENS),
    **dict.fromkeys(("yesno", "nyesno"), _ANY_CASE),
    # With testlib's allowance for numbers of which one rounds up: texts that differ by 1e-6 may be further apart.
    **{
        name: f"kattis({eps + 1e-15})"
        for name, eps in {"rcmp4": 1e-4, "rcmp6": 1e-6, "rcmp9": 1e-9, "dcmp": 1e-6}.items()
    },
    **{name: f"kattis({eps + 1e-15}, abs)" for name, eps in {"rcmp": 1.5e-6, "acmp": 1.5e-6, "rncmp": 1.5e-5}.items()},
    "uncmp": "unordered tokens",
}
_TYPES = (  # the names of compilers in Polygon, as patterns, the more special before
    (r"cpp.*\+\+2[3b].*", CPP23),
    (r"cpp.*\+\+2[0a].*", CPP20),
    (r"cpp\..*", CPP),
    (r"c\..*", C),
    (r"java\d.*|java", JAVA),
    (r"python\.pypy3.*", PYPY),
    (r"python\.3.*", PYTHON),
    (r"go.*", GO),
    (r"rust.*", RUST),
    (r"(?:java|node)\.?js.*", JAVASCRIPT),
)
_HEADERS = (".h", ".hh", ".hpp", ".inc")
_NAMED = 3  # tests that a message names
_SECTIONS = (  # the headings, and the names of their files
    *(("", "legend"), ("Input", "input"), ("Output", "output")),
    *(("Interaction", "interaction"), ("Note", "notes")),
)


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise DataError("it has a DOCTYPE, whose entities are not read: take it out")


def package(tree: Tree, limits: Limits) -> Package:
    """Return the package in a folder. `limits` serve where the package has none.

    Raises:
        DataError: It cannot be used; the message names the file.
    """
    root = _parsed(tree)
    testset = _testset(tree, root)
    seconds = (_integer(tree, testset, "time-limit") or 0) / 1000
    tests, names, samples, notes = _tests(tree, testset)
    checker, special, interactor = _deciding(tree, root)
    try:
        own_limits = limits_of(limits, seconds, _integer(tree, testset, "memory-limit"))
    except ValueError as error:
        raise DataError(f"{tree.where}/{PROBLEM_XML}: {error}") from None
    submissions, strange = _submissions(tree, root)
    title, body = _statement(tree, root)
    samples = _stated_samples(tree, root) or ([] if interactor else samples)  # the jury's files of one are secret
    prompt = ({"role": "user", "content": statement.prompt(title, body, samples)},) if body else ()
    problem = Problem(
        problem_id="package",
        mode=Mode.INTERACTIVE if interactor else Mode.STDIN,
        tests=tests,
        checker=checker,
        special_checker=special or "",
        interactor=interactor,
        limits=own_limits,
        limits_for=CPP.name if seconds else "",
        prompt=prompt,
        source="Polygon",
    )
    problem = reference_among(submissions, problem)
    if testset.find("groups") is not None or any(test.get("points") for test in testset.iterfind("tests/test")):
        notes.append("points are not given: only a program that passes every test is accepted")
    if not prompt:
        notes.append("no statement is there as text, so the problem has no prompt")
    return Package(problem, names, tuple(submissions), TimeRule(seconds or None), (*notes, *strange))


def _parsed(tree: Tree) -> Element:
    """Return the root of problem.xml. An entity cannot be declared in it, so none can grow.

    Raises:
        DataError: It is no XML, or has a DOCTYPE.
    """
    parser = ElementTree.XMLParser(target=_NoDoctype())
    try:
        parser.feed(tree.read(PROBLEM_XML))
        root: Element = parser.close()
    except (ElementTree.ParseError, DataError, ValueError, LookupError) as error:  # of an unknown encoding, too
        raise DataError(f"{tree.where}/{PROBLEM_XML}: {error}") from None
    return root


def _testset(tree: Tree, root: Element) -> Element:
    """Return the test set that decides.

    Raises:
        DataError: There is none, or programs read and write files, or run more than once.
    """
    where = f"{tree.where}/{PROBLEM_XML}"
    judging = root.find("judging")
    testsets = [] if judging is None else judging.findall("testset")
    if judging is None or not testsets:
        raise DataError(f"{where} has no testset: nothing says what the tests are")
    for name in ("input-file", "output-file"):
        if judging.get(name):
            raise DataError(
                f"{where}: {name} is {judging.get(name)}, and programs are judged by standard input and output: "
                "empty both names in Polygon"
            )
    if (judging.get("run-count") or "1") != "1":
        raise DataError(f"{where}: run-count is {judging.get('run-count')}, and a program is run once for each test")
    if root.find("assets/strategy") is not None:
        raise DataError(f"{where} has a strategy, which says how programs are run, and is not followed")
    for file in root.iterfind("files/resources/file"):
        if any(each.get("name") == "SOLUTION" for each in file.iterfind("assets/asset")):
            raise DataError(f"{where}: programs are compiled with {file.get('path')}, and are no programs without it")
    return next((each for each in testsets if each.get("name") == "tests"), testsets[0])


def _integer(tree: Tree, parent: Element, name: str) -> int | None:
    text = (parent.findtext(name) or "").strip()
    if text and not text.isdecimal():
        raise DataError(f"{tree.where}/{PROBLEM_XML}: {name} must be a whole number, not {text!r}")
    return int(text) if text else None


def _tests(
    tree: Tree, testset: Element
) -> tuple[tuple[TestCase, ...], tuple[str, ...], list[tuple[str, str]], list[str]]:
    """Return the tests, their names, the samples, and notes.

    Raises:
        DataError: A test is missing: a program that fails only on that one would pass.
    """
    described = testset.findall("tests/test")
    count = len(described) or _integer(tree, testset, "test-count") or 0
    if not count:
        raise DataError(f"{tree.where}/{PROBLEM_XML} has no tests")
    patterns = testset.findtext("input-path-pattern") or "", testset.findtext("answer-path-pattern") or ""
    pairs = [(_name(tree, patterns[0], number), _name(tree, patterns[1], number)) for number in range(1, count + 1)]
    if missing := [name for pair in pairs for name in pair if name not in tree]:
        some = ", ".join(missing[:_NAMED]) + (", ..." if len(missing) > _NAMED else "")
        raise DataError(
            f"{tree.where}: {len(missing)} files of tests are missing ({some}): download the full package, which has "
            "the generated tests and the answers"
        )
    texts = [(tree.text(one), tree.text(other)) for one, other in pairs]
    has_crlf = any("\r\n" in text for pair in texts for text in pair)
    if has_crlf:
        texts = [(one.replace("\r\n", "\n"), other.replace("\r\n", "\n")) for one, other in texts]
    samples = [text for text, test in zip(texts, described, strict=False) if test.get("sample") == "true"]
    tests = tuple(TestCase(*text) for text in texts)
    notes = ["the line ends of Windows in its tests are read as line feeds"] if has_crlf else []
    return tests, tuple(name for name, _ in pairs), samples, notes


def _name(tree: Tree, pattern: str, number: int) -> str:
    if not re.fullmatch(r"[^%]*%0?\d?d[^%]*", pattern):
        raise DataError(f"{tree.where}/{PROBLEM_XML}: {pattern!r} is no pattern of names such as tests/%02d")
    return pattern % number


def _deciding(tree: Tree, root: Element) -> tuple[str, JuryProgram | None, JuryProgram | None]:
    """Return the named checker or else the checker to compile, and the interactor.

    A checker beside an interactor is compiled: it reads what the interactor wrote.

    Raises:
        DataError: A source is missing, or in a language that is not in the table.
    """
    asked, checked = root.find("assets/interactor"), root.find("assets/checker")
    interactor = None if asked is None else _jury_program(tree, asked, "interactor")
    if checked is None:
        if interactor is None:
            raise DataError(f"{tree.where}/{PROBLEM_XML} names no checker")
        return "", None, interactor
    standard = re.sub(r"^std::|\.cpp$", "", checked.get("name") or "")
    if interactor is None and (checked.get("name") or "").startswith("std::") and standard in STANDARD:
        return STANDARD[standard], None, None
    return "", _jury_program(tree, checked, "checker"), interactor


def _jury_program(tree: Tree, element: Element, what: str) -> JuryProgram:
    source = element.find("source")
    path = "" if source is None else source.get("path") or ""
    if path not in tree:
        name = element.get("name") or what
        raise DataError(f"{tree.where}: the source of the {what} {name} is missing: put it at {path or 'a path'}")
    folder = path.rpartition("/")[0]
    beside = [
        name
        for name in tree.files
        if name.rpartition("/")[0] == folder and name.endswith(_HEADERS) and not name.endswith("testlib.h")
    ]
    assert source is not None
    try:
        files = {name.rpartition("/")[2]: text for name, text in programs.texts(tree, str, [path, *beside]).items()}
        entry = path.rpartition("/")[2]
        return programs.jury_program("testlib", files, (), _language(path, source.get("type") or ""), entry)
    except NoProgram as error:
        raise DataError(f"{tree.where}/{path} is no {what} that can be run here: {error}") from None


def _language(path: str, kind: str) -> str:
    """Return the language of a source, of which Polygon says the compiler.

    Raises:
        NoProgram: The table has none.
    """
    known = next((row for pattern, row in _TYPES if re.fullmatch(pattern, kind)), None)
    if known is None and kind:
        raise NoProgram(f"no language of the table is {kind}")
    return known.name if known else programs.language_of(path)


def _submissions(tree: Tree, root: Element) -> tuple[list[JurySubmission], list[str]]:
    found, strange = [], []
    for each in root.iterfind("assets/solutions/solution"):
        source, tag = each.find("source"), each.get("tag") or ""
        path = "" if source is None else source.get("path") or ""
        if tag not in labels.TAGS or path not in tree:
            why = f"its tag {tag} says no verdict" if path in tree else "its file is missing"
            strange.append(f"the solution {path} is left out: {why}")
            continue
        assert source is not None
        expected, name = labels.TAGS[tag], f"{path} ({tag})"
        try:
            files = programs.texts(tree, str, [path])
            program = programs.program(files, _language(path, source.get("type") or ""), path)
            found.append(JurySubmission(name, expected, program, is_timed=expected == labels.ACCEPTED))
        except NoProgram as error:
            found.append(JurySubmission(name, expected, None, str(error)))
    return found, strange


def _statement(tree: Tree, root: Element) -> tuple[str, str]:
    """Return the title and the text of the English statement, or else of the first."""
    by_language = {each.get("language") or "": each.get("value") or "" for each in root.iterfind("names/name")}
    language = _statement_language(root)
    sections = {name: tree.text(path) for _, name in _SECTIONS if (path := _section(language, name)) in tree}
    if sections:
        parts = [_headed(head, statement.of_latex(sections[name])) for head, name in _SECTIONS if name in sections]
        return by_language.get(language, ""), "\n\n".join(filter(None, parts))
    paths = [
        each.get("path") or "" for each in root.iterfind("statements/statement") if each.get("language") == language
    ]
    for suffix, read in statement.OF_SUFFIX.items():
        for path in paths:
            if path.endswith(suffix) and path in tree:
                return by_language.get(language, ""), read(tree.text(path))
    return by_language.get(language, ""), ""


def _stated_samples(tree: Tree, root: Element) -> list[tuple[str, str]]:
    """Return the samples that the statement shows in place of the tests' own files."""
    pattern = re.compile(rf"statement-sections/{re.escape(_statement_language(root))}/example\.\d+")
    names = [name for name in tree.files if pattern.fullmatch(name)]
    texts = [(tree.text(name), tree.text(f"{name}.a") if f"{name}.a" in tree else "") for name in names]
    return [(one.replace("\r\n", "\n"), other.replace("\r\n", "\n")) for one, other in texts]


def _statement_language(root: Element) -> str:
    names = [each.get("language") or "" for each in root.iterfind("names/name")]
    return "english" if "english" in names else next(iter(names), "english")


def _section(language: str, name: str) -> str:
    return f"statement-sections/{language}/{name}.tex"


def _headed(head: str, text: str) -> str:
    return f"## {head}\n\n{text}" if head and text else text
