"""Problem packages of every format, as their authors lay them out: what becomes of them, and what is refused."""

from __future__ import annotations

import json
import logging
import os
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deepcoder.checkers import checker, contest_checker
from deepcoder.datasets import DataError, load_problems
from deepcoder.datasets.errors import Unusable
from deepcoder.datasets.packages import Package, labels, polygon, read_packages, statement
from deepcoder.datasets.prepare import prepare
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, TestCase
from deepcoder.verdicts import Verdict
from tests.conftest import SHARED_DATA, shared_rows

Files = Mapping[str, str | None]

AC, WA, TLE, MLE, RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.MLE, Verdict.RTE
VALIDATOR = "#include <cstdio>\nint main(int argc, char** argv) { return 42; }\n"
ADD = "print(int(input()) + 1)\n"

LEGACY = {
    "problem.yaml": "name: Add One\nvalidator_flags: float_tolerance 1e-4\nlimits:\n  memory: 512\n  output: 2\n",
    "domjudge-problem.ini": "timelimit='2.5'\ncolor=#ff0000\n",
    "problem_statement/problem.en.tex": (
        "\\problemname{Add}\nAdd one to~$n$. % no\n\\section*{Input}\nOne \\emph{one}.\n"
    ),
    "problem_statement/problem.sv.tex": "Addera ett.",
    "data/sample/1.in": "1\n",
    "data/sample/1.ans": "2\n",
    "data/secret/02.in": "5\n",
    "data/secret/02.ans": "6\n",
    "data/secret/group/1.in": "7\n",
    "data/secret/group/1.ans": "8\n",
    "data/secret/group/testdata.yaml": "output_validator_flags: case_sensitive\n",
    "data/invalid_input/1.in": "x\n",
    "submissions/accepted/add.py": ADD,
    "submissions/accepted/add.cc": "int main() {}\n",
    "submissions/accepted/add.hs": "main = print 1\n",
    "submissions/accepted/.gitkeep": "",
    "submissions/wrong_answer/zero.py": "print(0)\n",
    "submissions/run_time_error/crash.py": "1 / 0\n",
    "submissions/mixed/maybe.py": "# @EXPECTED_RESULTS@: ACCEPTED, TIME_LIMIT_EXCEEDED\n",
    "submissions/strange/odd.py": "print()\n",
}
CUSTOM = {
    "problem.yaml": "validation: custom\nvalidator_flags: --fast\n",
    ".timelimit": "3\n",
    "output_validators/check/check.cpp": VALIDATOR,
    "output_validators/check/check.h": "#pragma once\n",
    "data/secret/1.in": "1\n",
    "data/secret/1.ans": "2\n",
}
NEW = {
    "problem.yaml": (
        "problem_format_version: 2025-09\nname: {sv: Ett, en: One}\nlimits: {time_limit: 1.5}\n"
        "languages: [cpp, java]\nconstants: {most: 10}\n"
    ),
    "statement/problem.en.md": "At most {{most}}. ![x](y.png)\n",
    "data/test_group.yaml": "output_validator_args: [case_sensitive]\n",
    "data/secret/1.in": "1\n",
    "data/secret/1.ans": "2\n",
    "include/default/data.txt": "{{most}}\n",
    "include/python3/help.py": "MOST = {{most}}\n",
    "include/cpp/main.cpp": "int main() { return solve(); }\n",
    "submissions/submissions.yaml": (
        "accepted/*: {authors: us}\nbrute_force/slow.py: {permitted: [AC, TLE], required: [TLE]}\n"
        "rejected/pair: {language: python3, entrypoint: b.py, permitted: [WA]}\n"
    ),
    "submissions/accepted/use.py": "import help\n",
    "submissions/accepted/solve.cpp": "int solve() { return 0; }\n",
    "submissions/brute_force/slow.py": "while True: pass\n",
    "submissions/rejected/pair/a.py": "A = {{most}}\n",
    "submissions/rejected/pair/b.py": "import a\n",
}
INTERACTIVE = {
    "problem.yaml": "problem_format_version: 2023-07-draft\ntype: interactive\nname: Guess\n",
    "statement/problem.en.tex": "Guess ``\\texttt{x}''.\n",
    "output_validator/validate.py": "import sys\nsys.exit(42)\n",
    "data/sample/1.interaction": ">1\n<higher\n",
    "data/secret/1.in": "7\n",
    "data/secret/1.ans": "",
}
MULTI_PASS = {
    "problem.yaml": "problem_format_version: 2025-09\ntype: multi-pass\nname: Twice\nlimits: {validation_passes: 3}\n",
    "output_validator/validate.cpp": VALIDATOR,
    "data/secret/1.in": "7\n",
    "data/secret/1.ans": "\n",
}


def polygon_xml(judging: str = "", tests: str = "", assets: str = "", checker: str = "std::wcmp.cpp") -> str:
    return f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<problem short-name="add-one">
  <names><name language="russian" value="Один"/><name language="english" value="Add One"/></names>
  <statements><statement language="english" path="statements/english/problem.tex"/></statements>
  <judging {judging or 'input-file="" output-file=""'}>
    <testset name="tests">
      <time-limit>1500</time-limit><memory-limit>268435456</memory-limit><test-count>2</test-count>
      <input-path-pattern>tests/%02d</input-path-pattern><answer-path-pattern>tests/%02d.a</answer-path-pattern>
      <tests>{tests or '<test method="manual" sample="true"/><test cmd="gen 1" method="generated"/>'}</tests>
    </testset>
  </judging>
  <assets>
    <checker name="{checker}" type="testlib"><source path="files/check.cpp" type="cpp.g++17"/></checker>
    {assets}
    <solutions>
      <solution tag="main"><source path="solutions/a.cpp" type="cpp.gcc13-64-winlibs-g++20"/></solution>
      <solution tag="accepted"><source path="solutions/a.py" type="python.3"/></solution>
      <solution tag="time-limit-exceeded-or-accepted"><source path="solutions/b.py" type="python.pypy3-64"/></solution>
      <solution tag="rejected"><source path="solutions/a.pas" type="pas.fpc"/></solution>
      <solution tag="do-not-run"><source path="solutions/a.py" type="python.3"/></solution>
    </solutions>
  </assets>
</problem>"""


POLYGON = {
    "problem.xml": polygon_xml(),
    "statement-sections/english/legend.tex": "Add one.",
    "statement-sections/english/input.tex": "One number.",
    "tests/01": "1\r\n",
    "tests/01.a": "2\r\n",
    "tests/02": "5\r\n",
    "tests/02.a": "6\r\n",
    "files/check.cpp": "// a checker\n",
    "files/testlib.h": "// the original\n",
    "files/own.h": "// a header\n",
    "files/talk.cpp": "// an interactor\n",
    "solutions/a.cpp": "int main() {}\n",
    "solutions/a.py": ADD,
    "solutions/b.py": ADD,
    "solutions/a.pas": "begin end.\n",
}


def laid_out(folder: Path, files: Files, changes: Files = {}) -> Path:  # noqa: B006
    """Write a package, in which some files are others, or missing (None)."""
    for name, text in {**files, **changes}.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    return folder


def read(path: Path) -> Package:
    (found,) = read_packages(path)
    assert isinstance(found, Package), found
    return found


def refusal(path: Path) -> str:
    (found,) = read_packages(path)
    assert isinstance(found, Unusable), found
    return found.reason


def verdicts(package: Package) -> dict[str, frozenset[Verdict]]:
    return {each.name: each.expected for each in package.submissions}


# -- ICPC and Kattis


def test_legacy_package_becomes_a_problem(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path / "addone", LEGACY))
    problem = package.problem
    assert (problem.problem_id, problem.mode, problem.source) == ("addone", Mode.STDIN, "ICPC legacy")
    assert package.test_names == ("sample/1", "secret/02", "secret/group/1")
    assert problem.tests == (
        TestCase("1\n", "2\n"),
        TestCase("5\n", "6\n"),
        TestCase("7\n", "8\n", "kattis(float_tolerance 1e-4 case_sensitive)"),
    )
    assert problem.checker == "kattis(1e-4)"
    assert problem.limits == Limits(cpu_s=2.5, memory_bytes=512 << 20, output_bytes=2 << 20)
    assert (problem.limits_for, problem.reference, problem.reference_language) == ("cpp", ADD, "")
    (message,) = problem.prompt
    assert message["content"] == (
        "# Add One\n\nAdd one to $n$.\n\n## Input\n\nOne one.\n\n"
        "## Sample 1\n\nInput:\n```\n1\n```\n\nOutput:\n```\n2\n```"
    )


def test_statement_in_any_english_goes_before_others(tmp_path: Path) -> None:
    english = {"problem_statement/problem.en.tex": None, "problem_statement/problem.en-GB.tex": "Colour."}
    other = {"problem_statement/problem.de.tex": "Farbe.", "problem_statement/problem.tex": "Color."}
    content = read(laid_out(tmp_path, LEGACY, {**english, **other})).problem.prompt[0]["content"]
    assert content.startswith("# Add One\n\nColour.")
    names = {"problem.yaml": "name: {de: Eins, en-GB: One}\n"}
    content = read(laid_out(tmp_path, LEGACY, {**english, **other, **names})).problem.prompt[0]["content"]
    assert content.startswith("# One\n\nColour.")


@pytest.mark.parametrize(("version", "shown"), [("legacy", "2"), ("2025-09", "3 or 4")])
def test_output_of_a_sample_goes_before_its_answer(tmp_path: Path, version: str, shown: str) -> None:
    config = {"problem.yaml": f"problem_format_version: {version}\n"}
    content = read(laid_out(tmp_path, LEGACY, {**config, "data/sample/1.out": "3 or 4\n"})).problem.prompt[0]["content"]
    assert content.endswith(f"Output:\n```\n{shown}\n```")


def test_submissions_have_the_verdicts_of_their_folders_and_comments(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path, LEGACY))
    assert verdicts(package) == {
        "accepted/add.cc": {AC},
        "accepted/add.hs": {AC},
        "accepted/add.py": {AC},
        "mixed/maybe.py": {AC, TLE},
        "run_time_error/crash.py": {RTE, MLE},
        "wrong_answer/zero.py": {WA},
    }
    languages = {each.name: each.program.language if each.program else each.why_none for each in package.submissions}
    assert languages["accepted/add.cc"] == "cpp20" and languages["accepted/add.py"] == "python"
    assert languages["accepted/add.hs"] == "no language of the table has files like .hs"
    assert [each.name for each in package.submissions if each.is_timed] == [
        "accepted/add.cc",
        "accepted/add.py",
    ]
    assert package.notes == ("submissions/strange/odd.py is left out: strange is no folder with a known verdict",)


def test_custom_validator_is_a_program_with_its_flags(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path, CUSTOM, {"data/secret/testdata.yaml": "output_validator_flags: a b\n"}))
    assert package.problem.special_checker == JuryProgram(
        "kattis", "cpp20", VALIDATOR, "check.cpp", (("check.h", "#pragma once\n"),), ("--fast", "a", "b")
    )
    assert (package.time.limit_s, package.problem.limits.cpu_s) == (3.0, 3.0)
    assert package.problem.tests == (TestCase("1\n", "2\n"),)
    assert package.notes == ("no statement is there as text, so the problem has no prompt",)


def test_flags_of_one_test_are_that_tests(tmp_path: Path) -> None:
    more = {"data/secret/2.in": "3\n", "data/secret/2.ans": "4\n", "data/secret/2.yaml": "output_validator_args: [x]\n"}
    problem = read(laid_out(tmp_path, CUSTOM | more)).problem
    assert [test.checker_flags for test in problem.tests] == [(), ("x",)]
    assert isinstance(problem.special_checker, JuryProgram) and problem.special_checker.flags == ("--fast",)


def test_flags_may_stand_beside_the_name_of_the_validator(tmp_path: Path) -> None:
    text = "output_validator_flags: {name: check, flags: a b}\n"
    deciding = read(laid_out(tmp_path, CUSTOM, {"data/secret/testdata.yaml": text})).problem.special_checker
    assert isinstance(deciding, JuryProgram) and deciding.flags == ("--fast", "a", "b")


def test_new_format_fills_in_constants_and_lays_out_what_is_included(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path, NEW))
    problem = package.problem
    assert problem.checker == "kattis(case_sensitive)" and problem.limits.cpu_s == 1.5
    assert problem.languages == ("cpp20", "java")
    assert problem.prompt[0]["content"] == "# One\n\nAt most 10."
    files = {
        each.name: (each.program.language, each.program.entry_file, dict(each.program.files))
        for each in package.submissions
        if each.program
    }
    beside = {"data.txt": "10\n"}
    assert files["accepted/use.py"] == ("python", "use.py", beside | {"help.py": "MOST = 10\n"})
    assert files["accepted/solve.cpp"] == ("cpp20", "main.cpp", beside | {"solve.cpp": "int solve() { return 0; }\n"})
    assert files["rejected/pair"] == ("python", "b.py", beside | {"a.py": "A = 10\n", "help.py": "MOST = 10\n"})


def test_only_sources_of_the_own_language_are_run_in_place_of_a_program(tmp_path: Path) -> None:
    files = {"include/default/main.txt": "", "include/cpp/main.h": "", "include/python3/main.py": "import use\n"}
    package = read(laid_out(tmp_path, NEW, {**files, "include/cpp/main.cpp": None}))
    run = {each.name: each.program.entry_file for each in package.submissions if each.program}
    assert run["accepted/solve.cpp"] == "solve.cpp" and run["accepted/use.py"] == "main.py"


def test_entry_point_in_java_is_a_class(tmp_path: Path) -> None:
    files = {
        "submissions/accepted/two/Base.java": "class Base { static void main() {} }",
        "submissions/accepted/two/Start.java": "class Start { static void main() {} }",
        "submissions/accepted/one.java": "class Start { static void main() {} }",
        "submissions/submissions.yaml": "'accepted/{two,one.java}': {entrypoint: Start}\n",
    }
    package = read(laid_out(tmp_path, NEW, files))
    run = {each.name: each.program.entry_file for each in package.submissions if each.program}
    assert (run["accepted/two"], run["accepted/one.java"]) == ("Start.java", "one.java")


@pytest.mark.parametrize(("said", "is_timed"), [("true", True), ("false", False), ("lower", True), ("upper", False)])
def test_submissions_yaml_says_which_programs_the_time_limit_is_for(tmp_path: Path, said: str, is_timed: bool) -> None:
    rules = {"submissions/submissions.yaml": f"accepted/use.py: {{use_for_time_limit: {said}}}\n"}
    package = read(laid_out(tmp_path, NEW, rules))
    assert [each.is_timed for each in package.submissions if each.name == "accepted/use.py"] == [is_timed]


def test_package_whose_programs_need_files_is_for_its_jury_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="its programs need the files of include/, which a completion does not get"):
        load_problems(str(laid_out(tmp_path, NEW)))


def test_submissions_yaml_says_the_verdicts_of_a_whole_submission(tmp_path: Path) -> None:
    assert verdicts(read(laid_out(tmp_path, NEW))) == {
        "accepted/solve.cpp": {AC},
        "accepted/use.py": {AC},
        "brute_force/slow.py": {TLE},  # one test at least must be too slow
        "rejected/pair": {WA},
    }


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("accepted/*: {permitted: [AC, TLE]}", {AC}),  # the folder's own rule holds, too
        ("accepted: {permitted: [AC, TLE]}", {AC, TLE}),  # which this replaces
        ("'accepted/{x,use}.{py,cpp}': {permitted: [WA]}\naccepted: {}", None),
        ("'accepted/{x,use}.{py,cpp}': {permitted: [AC, TLE]}\naccepted: {required: [TLE]}", None),
        ("accepted: {permitted: [AC, TLE], required: [TLE]}", {TLE}),
        ("'*': {permitted: [AC, TLE]}\n'*/*/*': {permitted: [WA]}", {AC}),
        ("accepted: {authors: us}", {AC}),
        ("accepted: {permitted: [AC, WA]}\naccepted/use.py: {secret/2: {required: [WA]}}", {WA}),
        ("accepted: {permitted: [SOMETIMES]}", None),
    ],
)
def test_every_rule_of_submissions_yaml_holds(tmp_path: Path, rules: str, expected: set[Verdict] | None) -> None:
    package = read(laid_out(tmp_path, NEW, {"submissions/submissions.yaml": rules}))
    assert verdicts(package).get("accepted/use.py") == expected
    assert ("use.py is left out" in "".join(package.notes)) == (expected is None)


def test_rule_of_a_folder_has_what_it_leaves_out_from_the_usual_one(tmp_path: Path) -> None:
    rules = {"submissions/submissions.yaml": "wrong_answer: {permitted: [AC, WA, TLE]}\n"}
    package = read(laid_out(tmp_path, NEW, {**rules, "submissions/wrong_answer/zero.py": "print(0)\n"}))
    assert verdicts(package)["wrong_answer/zero.py"] == {WA, TLE}  # one test at least must be a wrong answer
    for folder, rule in labels.USUAL_RULES.items():
        assert labels.by_permission(rule) == labels.FOLDERS[folder]


def test_constants_have_variants(tmp_path: Path) -> None:
    config = "problem_format_version: 2025-09\nname: One\nconstants: {k: {value: 5, tex: '5.0'}, s: x}\n"
    text = "{{k}} {{k.value}} {{k.tex}} \\constant{s} {{none}} {{nextsample}}\n"
    changes = {"problem.yaml": config, "statement/problem.en.md": text}
    assert read(laid_out(tmp_path, NEW, changes)).problem.prompt[0]["content"] == "# One\n\n5 5 5.0 x {{none}}"


def test_validator_may_be_a_package_of_python_or_a_script(tmp_path: Path) -> None:
    config: Files = {"output_validators/check/check.cpp": None, "output_validators/check/check.h": None}
    names = {"output_validators/check/__init__.py": "", "output_validators/check/__main__.py": "import check\n"}
    program = read(laid_out(tmp_path / "a", CUSTOM, {**config, **names})).problem.special_checker
    assert isinstance(program, JuryProgram) and program.entry_file == "__main__.py"
    script = {"output_validators/check/run": "#!/usr/bin/env python3\nimport sys\n"}
    program = read(laid_out(tmp_path / "b", CUSTOM, {**config, **script})).problem.special_checker
    assert isinstance(program, JuryProgram) and (program.language, program.entry_file) == ("python", "run")


def test_interactive_package_has_an_interactor(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path, INTERACTIVE))
    problem = package.problem
    assert (problem.mode, problem.special_checker) == (Mode.INTERACTIVE, "")
    assert problem.interactor == JuryProgram("kattis", "python", "import sys\nsys.exit(42)\n", "validate.py")
    assert problem.tests == (TestCase("7\n", ""),)
    assert problem.prompt[0]["content"] == (
        '# Guess\n\nGuess "`x`".\n\n## Sample conversation 1\n\n```\n>1\n<higher\n```'
    )
    assert (package.time.limit_s, package.time.multiplier) == (None, 2.0)
    assert any("no time limit is there" in note for note in package.notes)


@pytest.mark.parametrize("said", ["custom interactive", "{interactive: true, multipass: false}"])
def test_drafts_say_in_validation_that_they_are_interactive(tmp_path: Path, said: str) -> None:
    config = f"problem_format_version: 2023-07-draft\nvalidation: {said}\n"
    problem = read(laid_out(tmp_path, INTERACTIVE, {"problem.yaml": config})).problem
    assert problem.mode is Mode.INTERACTIVE and problem.validation_passes == 1


@pytest.mark.parametrize(("version", "is_shown"), [("legacy", False), ("2023-07-draft", False), ("2025-09", True)])
def test_what_an_interactor_reads_is_shown_where_the_format_says_so(
    tmp_path: Path, version: str, is_shown: bool
) -> None:
    sample = {"data/sample/1.in": "number 42\n", "data/sample/1.ans": "42\n", "data/sample/1.interaction": None}
    config = f"problem_format_version: {version}\nvalidation: custom interactive\n"
    package = read(laid_out(tmp_path, INTERACTIVE, {**sample, "problem.yaml": config}))
    assert package.test_names == ("sample/1", "secret/1")
    assert ("number 42" in package.problem.prompt[0]["content"]) == is_shown


def test_multi_pass_package_has_passes(tmp_path: Path) -> None:
    problem = read(laid_out(tmp_path, MULTI_PASS)).problem
    assert problem.validation_passes == 3 and isinstance(problem.special_checker, JuryProgram)
    legacy = CUSTOM | {"problem.yaml": "validation: custom multi-pass\n"}
    assert read(laid_out(tmp_path / "legacy", legacy)).problem.validation_passes == 2


def test_time_limit_is_a_multiple_of_the_slowest_where_none_is_given(tmp_path: Path) -> None:
    new = "problem_format_version: 2025-09\nlimits: {time_multipliers: {ac_to_time_limit: 3}, time_resolution: 0.5}\n"
    time = read(laid_out(tmp_path, NEW, {"problem.yaml": new})).time
    assert [time.limit_for(slowest_s) for slowest_s in (0.01, 0.3, 0.5)] == [0.5, 1.0, 1.5]
    four: Files = {"domjudge-problem.ini": None, "problem.yaml": "limits: {time_multiplier: 4}\n"}
    old = read(laid_out(tmp_path / "old", LEGACY, four))
    assert [old.time.limit_for(0.6), old.time.multiplier] == [3.0, 4.0]


@pytest.mark.parametrize(("said", "may_pass"), [("custom score", True), ("custom", False)])
def test_part_of_the_points_may_be_a_pass_where_a_validator_gives_them(
    tmp_path: Path, said: str, may_pass: bool
) -> None:
    files = {
        "problem.yaml": f"type: scoring\nvalidation: {said}\n",
        "submissions/partially_accepted/part.py": ADD,
        "submissions/partial/part.py": f"# @EXPECTED_RESULTS@: CORRECT\n{ADD}",
        "submissions/accepted/all.cpp": "int main() {}\n",
    }
    package = read(laid_out(tmp_path, CUSTOM, files))
    assert (AC in verdicts(package)["partially_accepted/part.py"]) == may_pass
    assert package.problem.reference == "int main() {}\n"  # of the folder that says so


def test_scoring_is_noted(tmp_path: Path) -> None:
    notes = read(laid_out(tmp_path, CUSTOM, {"problem.yaml": "type: scoring\nvalidation: custom score\n"})).notes
    assert "points are not given: only a program that passes every test is accepted" in notes
    assert "points of the validator are not used: a test that it accepts counts as passed" in notes


def test_missing_tests_are_noted(tmp_path: Path) -> None:
    notes = read(laid_out(tmp_path, LEGACY, {"data/secret/03.in": "1\n"})).notes
    assert "1 inputs have no answer, and are left out (secret/03)" in notes
    custom = read(laid_out(tmp_path / "custom", CUSTOM, {"data/secret/2.in": "1\n"}))
    assert custom.test_names == ("secret/1",)  # a validator gets an answer, too
    assert "1 inputs have no answer, and are left out (secret/2)" in custom.notes
    samples = {name: text for name, text in LEGACY.items() if "secret" not in name}
    assert any("only samples are there" in note for note in read(laid_out(tmp_path / "b", samples)).notes)


def test_files_that_begin_with_a_dot_are_not_there(tmp_path: Path) -> None:
    names = ("output_validators", "output_validators/check", "submissions/accepted/two", "data/secret", "include/cpp")
    files = CUSTOM | {"submissions/accepted/two/a.py": ADD, **{f"{name}/.gitignore": "*.out\n" for name in names}}
    same = laid_out(tmp_path / "a", files | {"data/secret/.old/2.in": "1\n", "data/secret/.old/2.ans": "1\n"})
    for package in (read(same), read(zipped(tmp_path / "a.zip", files, "a/"))):
        assert package.test_names == ("secret/1",) and package.time.limit_s == 3.0
        (two,) = package.submissions
        assert two.program is not None and two.program.source == ADD
        assert isinstance(package.problem.special_checker, JuryProgram) and not package.needs


def test_odd_names_beside_a_validator_are_left_out(tmp_path: Path) -> None:
    odd = {"output_validators/check/notes (old).txt": "x", "output_validators/check/-x.in": "x"}
    checker = read(laid_out(tmp_path, CUSTOM, odd)).problem.special_checker
    assert isinstance(checker, JuryProgram) and [name for name, _ in checker.files] == ["check.h"]
    source = {"output_validators/check/my check.cpp": "int x;"}
    assert "not 'my check.cpp'" in refusal(laid_out(tmp_path, source))


@pytest.mark.parametrize(
    ("names", "entry_file", "others"),
    [
        (["common/lib.h", "v/v.cpp"], "v.cpp", []),
        (["a.cpp", "b.h", "README.md"], "a.cpp", ["README.md", "b.h"]),
        (["part.cpp", "whole.cpp", "lib/lib.h"], "whole.cpp", ["lib/lib.h", "part.cpp"]),
        (["__init__.py", "__main__.py"], "__main__.py", ["__init__.py"]),
    ],
)
def test_sources_with_one_main_and_folders_without_sources_are_one_validator(
    tmp_path: Path, names: list[str], entry_file: str, others: list[str]
) -> None:
    texts = {"v/v.cpp": VALIDATOR, "a.cpp": VALIDATOR, "whole.cpp": VALIDATOR}
    own: Files = {"output_validators/check/check.cpp": None, "output_validators/check/check.h": None}
    files = {**own, **{f"output_validators/{name}": texts.get(name, "") for name in names}}
    checker = read(laid_out(tmp_path, CUSTOM, files)).problem.special_checker
    assert isinstance(checker, JuryProgram) and checker.entry_file == entry_file
    assert [name for name, _ in checker.files] == others


def test_a_build_script_is_not_run(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path, CUSTOM | {"output_validators/check/build": "#!/bin/sh\ng++ check.cpp -o run\n"}))
    assert any("build is not run" in note for note in package.notes)


@pytest.mark.parametrize(
    ("files", "changes", "reason"),
    [
        (LEGACY, {"problem.yaml": "name: [a\n"}, r"problem.yaml is not YAML: "),
        (LEGACY, {"problem.yaml": "- a\n"}, r"problem.yaml must hold names and values"),
        (
            LEGACY,
            {"problem.yaml": "problem_format_version: 2099-01\n"},
            r"problem_format_version is 2099-01: known are",
        ),
        (LEGACY, {"problem.yaml": "limits: {memory: much}\n"}, r"limits.memory in problem.yaml must be a number"),
        (LEGACY, {"problem.yaml": "limits: {memory: 1}\n"}, r"limits.memory_bytes is 1048576, and must be at least"),
        (
            LEGACY,
            {"problem.yaml": "limits: {validation_passes: .inf}\nvalidation: custom multi-pass\n"},
            r"has no folder",
        ),
        (
            CUSTOM,
            {"problem.yaml": "limits: {validation_passes: .inf}\nvalidation: custom multi-pass\n"},
            r"a setting is not",
        ),
        (LEGACY, {"problem.yaml": "validator_flags: sideways\n"}, r"the default validator has no flag 'sideways'"),
        (
            NEW,
            {"problem.yaml": "problem_format_version: 2025-09\ntype: submit-answer\n"},
            r"there is no program to judge",
        ),
        (
            NEW,
            {"problem.yaml": "problem_format_version: 2025-09\nlanguages: [cobol]\n"},
            r"languages has none of c, cpp",
        ),
        (
            NEW,
            {"problem.yaml": "problem_format_version: 2025-09\ntype: interactive\n"},
            r"has no folder output_validator,",
        ),
        (NEW, {"data/secret/1.yaml": "args: [-x]\n"}, r"1.in: its program gets files or arguments"),
        (NEW, {"data/secret/1.files/a.txt": "x"}, r"1.in: its program gets files or arguments"),
        (NEW, {"data/secret/1.in": None}, r"data has no tests: run the package's generators first"),
        (CUSTOM, {"output_validators/check/check.cpp": None}, r"has no output validator in a language of the table"),
        (
            CUSTOM,
            {"output_validators/check/check.cpp": None, "output_validators/check/check.kt": "x"},
            r"check is no output validator that can be run here: no language of the table has files like .h, .kt",
        ),
        (CUSTOM, {"output_validators/other/b.py": "x"}, r"has 2 output validators \(check, other\): keep one"),
        (CUSTOM, {"output_validators/other/b.kt": "x"}, r"has 2 output validators \(check, other\): keep one"),
        (CUSTOM, {"output_validators/b.py": "x"}, r"has 2 output validators \(b.py, check\): keep one"),
        (
            CUSTOM,
            {
                "output_validators/check/check.cpp": None,
                "output_validators/a.cpp": VALIDATOR,
                "output_validators/b.cpp": VALIDATOR,
            },
            r"has 2 output validators \(a.cpp, b.cpp\): keep one",
        ),
        (
            INTERACTIVE,
            {"output_validator/a.cpp": VALIDATOR},
            r"has 2 output validators \(a.cpp, validate.py\): keep one",
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, files: Files, changes: Files, reason: str) -> None:
    said = refusal(laid_out(tmp_path, files, changes))
    assert "\n" not in said
    with pytest.raises(DataError, match=reason):
        raise DataError(said)


def test_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    laid_out(tmp_path, LEGACY)
    (tmp_path / "data/secret/02.in").write_bytes(b"\xff\xfe")
    assert "02.in is not UTF-8" in refusal(tmp_path)


# -- Polygon


def test_polygon_package_becomes_a_problem(tmp_path: Path) -> None:
    package = read(laid_out(tmp_path / "add-one", POLYGON))
    problem = package.problem
    assert (problem.problem_id, problem.mode, problem.source) == ("add-one", Mode.STDIN, "Polygon")
    assert problem.tests == (TestCase("1\n", "2\n"), TestCase("5\n", "6\n"))
    assert (problem.checker, problem.special_checker) == ("kattis(case_sensitive)", "")
    assert problem.limits == Limits(cpu_s=1.5, memory_bytes=256 << 20)
    assert (problem.limits_for, problem.reference) == ("cpp", ADD)
    assert problem.prompt[0]["content"] == (
        "# Add One\n\nAdd one.\n\n## Input\n\nOne number.\n\n## Sample 1\n\nInput:\n```\n1\n```\n\nOutput:\n```\n2\n```"
    )
    assert verdicts(package) == {
        "solutions/a.cpp (main)": {AC},
        "solutions/a.py (accepted)": {AC},
        "solutions/b.py (time-limit-exceeded-or-accepted)": {AC, TLE},
        "solutions/a.pas (rejected)": labels.REJECTED,
    }
    assert [each.program.language if each.program else each.why_none for each in package.submissions] == [
        *("cpp20", "python", "pypy", "no language of the table is pas.fpc")
    ]
    assert package.notes == (
        "the line ends of Windows in its tests are read as line feeds",
        "the solution solutions/a.py is left out: its tag do-not-run says no verdict",
    )


@pytest.mark.parametrize("name", ["std::lcmp.cpp", "check.cpp"])
def test_other_checkers_are_compiled_with_their_headers(tmp_path: Path, name: str) -> None:
    changes = {"problem.xml": polygon_xml(checker=name), "files/more.hpp": "// more\n", "files/table.inc": "1, 2\n"}
    problem = read(laid_out(tmp_path, POLYGON, changes)).problem
    headers = (("more.hpp", "// more\n"), ("own.h", "// a header\n"), ("table.inc", "1, 2\n"))
    assert problem.special_checker == JuryProgram("testlib", "cpp", "// a checker\n", "check.cpp", headers)


def test_interactor_comes_with_the_checker_of_what_it_wrote(tmp_path: Path) -> None:
    asset = '<interactor><source path="files/talk.cpp" type="cpp.g++20"/></interactor>'
    problem = read(laid_out(tmp_path, POLYGON, {"problem.xml": polygon_xml(assets=asset)})).problem
    assert problem.mode is Mode.INTERACTIVE and problem.interactor and isinstance(problem.special_checker, JuryProgram)
    assert (problem.interactor.source, problem.interactor.language) == ("// an interactor\n", "cpp20")
    assert problem.special_checker.source == "// a checker\n"


def test_samples_of_polygon_are_those_of_its_statement(tmp_path: Path) -> None:
    asset = {"problem.xml": polygon_xml(assets='<interactor><source path="files/talk.cpp"/></interactor>')}
    content = read(laid_out(tmp_path, POLYGON, asset)).problem.prompt[0]["content"]
    assert "Sample" not in content  # the jury's file is the secret
    stated = {"statement-sections/english/example.01": "> 5\r\n", "statement-sections/english/example.01.a": "< 1\r\n"}
    for changes in (stated, stated | asset):
        content = read(laid_out(tmp_path, POLYGON, changes)).problem.prompt[0]["content"]
        assert content.endswith("## Sample 1\n\nInput:\n```\n> 5\n```\n\nOutput:\n```\n< 1\n```")


def test_polygon_statement_may_be_one_file(tmp_path: Path) -> None:
    files = {name: text for name, text in POLYGON.items() if "sections" not in name}
    whole = (
        "\\begin{problem}{Add}{standard input}{standard output}{1 second}\nAdd.\n\\InputFile\nOne.\n\\end{problem}\n"
    )
    text = read(laid_out(tmp_path, files | {"statements/english/problem.tex": whole})).problem.prompt[0]["content"]
    assert text.startswith("# Add One\n\nAdd.\n\n## Input\n\nOne.\n\n## Sample 1")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"problem.xml": "<problem"}, r"problem.xml: unclosed token"),
        ({"problem.xml": '<!DOCTYPE p [<!ENTITY a "b">]><problem/>'}, r"it has a DOCTYPE, whose entities are not read"),
        ({"problem.xml": "<problem/>"}, r"has no testset"),
        ({"problem.xml": polygon_xml('input-file="in.txt"')}, r"input-file is in.txt, .*: empty both names in Polygon"),
        ({"problem.xml": polygon_xml(assets="<strategy/>")}, r"has a strategy, which says how programs are run"),
        ({"problem.xml": polygon_xml('run-count="2"')}, r"run-count is 2, and a program is run once"),
        (
            {"tests/02": None, "tests/02.a": None},
            r"2 files of tests are missing \(tests/02, tests/02.a\): download the full",
        ),
        (
            {"problem.xml": polygon_xml(checker="c.cpp"), "files/check.cpp": None},
            r"the source of the checker c.cpp is missing",
        ),
    ],
)
def test_polygon_package_that_cannot_be_used_is_one_sentence(tmp_path: Path, changes: Files, reason: str) -> None:
    said = refusal(laid_out(tmp_path, POLYGON, changes))
    with pytest.raises(DataError, match=reason):
        raise DataError(said)


def test_solutions_that_need_a_grader_are_refused(tmp_path: Path) -> None:
    grader = '<file path="files/g.cpp"><assets><asset name="SOLUTION"/></assets></file>'
    xml = polygon_xml().replace("</problem>", f"<files><resources>{grader}</resources></files></problem>")
    assert "programs are compiled with files/g.cpp" in refusal(laid_out(tmp_path, POLYGON, {"problem.xml": xml}))


@pytest.mark.parametrize("name", sorted(set(polygon.STANDARD.values())))
def test_standard_checkers_have_names_of_ours(name: str) -> None:
    assert checker(name, Mode.STDIN)("1 2\n", "1\n2")


@pytest.mark.parametrize(
    ("name", "expected", "actual"),
    [
        *(("rcmp4", "0.1234", "0.1235"), ("rcmp6", "0.333333", "0.333334"), ("dcmp", "0.333333", "0.333334")),
        *(("rcmp9", "0.123456789", "0.123456790"), ("rncmp", "1.5", "1.500015")),
    ],
)
def test_standard_checkers_accept_the_last_digit_rounded_the_other_way(name: str, expected: str, actual: str) -> None:
    assert checker(polygon.STANDARD[name], Mode.STDIN)(expected, actual)


# -- Places


def test_folder_of_many_has_the_names_of_the_folders(tmp_path: Path) -> None:
    laid_out(tmp_path / "year/first", LEGACY)
    laid_out(tmp_path / "year/second", CUSTOM, {"problem.yaml": "limits: 1\n"})
    laid_out(tmp_path / "third", POLYGON)
    found = list(read_packages(tmp_path))
    assert [each.problem.problem_id for each in found if isinstance(each, Package)] == [
        "third",
        "year/first",
        "year/second",
    ]


def zipped(path: Path, files: Files, folder: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(folder + name, text or "")
    return path


@pytest.mark.parametrize(("folder", "name"), [("", "add"), ("one/", "one"), ("deep/one/", "one")])
def test_zip_is_read_as_the_folder_in_it(tmp_path: Path, folder: str, name: str) -> None:
    package = read(zipped(tmp_path / "add.zip", LEGACY, folder))
    assert package.problem.problem_id == name
    same = read(laid_out(tmp_path / name, LEGACY))
    assert package.submissions == same.submissions and package.test_names == same.test_names
    assert package.problem.tests == same.problem.tests


def test_zips_in_a_folder_are_packages(tmp_path: Path) -> None:
    zipped(tmp_path / "a.kpp", LEGACY)
    laid_out(tmp_path / "b", POLYGON)
    zipped(tmp_path / "c.zip", LEGACY, "c/")
    zipped(tmp_path / "year/2023.zip", LEGACY, "one/")
    zipped(tmp_path / "year/2024.zip", LEGACY, "one/")
    names = ["a", "b", "c", "year/2023/one", "year/2024/one"]
    assert [each.problem_id for each in load_problems(str(tmp_path))] == names


def test_packages_of_one_zip_have_the_names_of_their_folders(tmp_path: Path) -> None:
    files = {f"{year}/one/{name}": text for year in (2023, 2024) for name, text in LEGACY.items()}
    path = zipped(tmp_path / "two.zip", files)
    assert [each.problem_id for each in load_problems(str(path))] == ["2023/one", "2024/one"]


def test_second_package_of_a_name_is_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "all/a.kpp", LEGACY)
    zipped(tmp_path / "all/a.zip", CUSTOM)
    prepared = prepare(str(tmp_path / "all"), tmp_path / "all.jsonl")
    (refused,) = prepared.unusable
    assert refused.where.endswith("a.zip") and "a is the name of another package, " in refused.reason
    assert [each.problem_id for each in load_problems(str(tmp_path / "all.jsonl"))] == ["a"]


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out", "a\\..\\b"])
def test_zip_whose_names_lead_out_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", LEGACY | {name: "x"})
    assert "leads out of it" in refusal(path)


def test_zip_that_is_none_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no.zip").write_text("no zip")
    assert "no.zip cannot be read as a zip" in refusal(tmp_path / "no.zip")
    monkeypatch.setattr("deepcoder.datasets.packages.tree.MOST_ZIP_BYTES", 100)
    assert "has more than 200,000 files, or more than" in refusal(zipped(tmp_path / "a.zip", LEGACY))


def test_links_within_a_package_are_followed_and_others_are_not(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "a", LEGACY)
    (tmp_path / "secret.txt").write_text("secret\n")
    os.symlink("../02.in", folder / "data/secret/group/2.in")
    os.symlink("../02.ans", folder / "data/secret/group/2.ans")
    # It is another test there, since the group's flags are others.
    assert read(folder).test_names == ("sample/1", "secret/02", "secret/group/1", "secret/group/2")
    os.symlink("group", folder / "data/secret/again")  # a group with the same tests
    assert read(folder).test_names == ("sample/1", "secret/02", "secret/again/1", "secret/again/2")
    os.symlink(tmp_path / "secret.txt", folder / "data/secret/03.in")
    os.symlink(tmp_path / "secret.txt", folder / "data/secret/03.ans")
    assert "is a link that leads out of the package" in refusal(folder)


@pytest.mark.parametrize("link", ["data/secret/more", "submissions/wrong_answer", "output_validators", "include"])
def test_links_to_folders_elsewhere_are_refused_where_their_files_are_needed(tmp_path: Path, link: str) -> None:
    files = {name: text for name, text in LEGACY.items() if not name.startswith(link)}
    folder = laid_out(tmp_path / "a", files)
    laid_out(tmp_path / "elsewhere", CUSTOM)
    os.symlink(tmp_path / "elsewhere", folder / "input_validators")
    assert read(folder)
    os.symlink(tmp_path / "elsewhere", folder / link)
    assert f"{link} cannot be read: it is a link that leads out of the package" in refusal(folder)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "a", LEGACY)
    os.symlink(".", folder / "data/loop")
    assert "does a link lead in a circle?" in refusal(folder)
    folder = laid_out(tmp_path / "b", LEGACY)
    os.symlink("03.in", folder / "data/secret/03.in")
    assert "data/secret/03.in cannot be read" in refusal(folder)


def linked(path: Path, **links: str) -> Path:
    """Add links to a zip."""
    with zipfile.ZipFile(path, "a") as archive:
        for name, target in links.items():
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            archive.writestr(link, target)
    return path


def test_link_in_a_zip_is_what_it_leads_to(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", LEGACY)
    linked(path, **{"data/secret/9.in": "../sample/1.in", "data/secret/9.ans": "02.ans"})
    tests = dict(zip(read(path).test_names, read(path).problem.tests, strict=True))
    assert tests["secret/9"] == TestCase("1\n", "6\n")


def test_link_to_a_folder_in_a_zip_is_followed(tmp_path: Path) -> None:
    own = {name: text for name, text in LEGACY.items() if "secret" not in name}
    more = {"../all/1.in": "3\n", "../all/1.ans": "4\n", "../most/2.in": "5\n", "../most/2.ans": "6\n"}
    path = zipped(tmp_path / "a.zip", own | {f"data/{name.removeprefix('../')}": text for name, text in more.items()})
    linked(path, **{"data/secret": "all", "data/all/inner": "../most", "data/all/3.in": "inner/2.in"})
    linked(path, **{"data/all/3.ans": "1.ans"})
    tests = dict(zip(read(path).test_names, read(path).problem.tests, strict=True))
    assert list(tests) == ["sample/1", "secret/1", "secret/3", "secret/inner/2"]
    assert tests["secret/3"] == TestCase("5\n", "4\n")


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("a/data/secret/more", "../../../shared", r"a/data/secret/more cannot be read: it is a link that leads out"),
        ("a/output_validators", "/shared", r"a/output_validators cannot be read: it is a link that leads out"),
        ("a/data/loop", ".", r"links to folders in it lead in a circle"),
        ("a/data/loop", "../data/loop", r"a/data/loop cannot be read: its links lead in a circle"),
    ],
)
def test_link_in_a_zip_that_leads_to_no_file_is_refused(tmp_path: Path, name: str, target: str, reason: str) -> None:
    path = linked(zipped(tmp_path / "a.zip", LEGACY, "a/"), **{name: target})
    with pytest.raises(DataError, match=reason):
        raise DataError(refusal(path))


def test_links_in_a_zip_that_are_not_needed_may_lead_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", LEGACY, "a/")
    assert read(linked(path, **{"a/input_validators": "../../shared"})).test_names[0] == "sample/1"


def test_folder_without_packages_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"holds no problem package: no folder in it has a problem.xml or a problem.yaml"
    ):
        list(read_packages(tmp_path))


def test_broken_package_among_many_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    laid_out(tmp_path / "good", LEGACY)
    laid_out(tmp_path / "bad", CUSTOM, {"problem.yaml": "type: submit-answer\n"})
    with caplog.at_level(logging.WARNING):
        assert [each.problem_id for each in load_problems(str(tmp_path))] == ["good"]
    assert "1 of 2 rows" in caplog.text and "there is no program to judge" in caplog.text
    assert "strange is no folder with a known verdict" in caplog.text
    with pytest.raises(DataError, match=r"no package that can be used: .*no program to judge"):
        load_problems(str(tmp_path / "bad"))


# -- Words


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ([], "kattis"),
        (["case_sensitive"], "kattis(case_sensitive)"),
        (["float_tolerance", "1e-4"], "kattis(1e-4)"),
        (["float_tolerance", "0"], "kattis(float_tolerance 0)"),
        (["space_change_sensitive", "float_absolute_tolerance", "1e-3"], None),
    ],
)
def test_flags_of_the_default_validator_are_a_checker(flags: list[str], name: str | None) -> None:
    assert contest_checker(flags) == (name or f"kattis({' '.join(flags)})")
    assert checker(contest_checker(flags), Mode.STDIN)("1 b\n", "1 b\n")


@pytest.mark.parametrize("flags", [["x"], ["float_tolerance"], ["float_tolerance", "-1"], ["float_tolerance", "nan"]])
def test_unknown_flags_are_refused(flags: list[str]) -> None:
    with pytest.raises(ValueError, match=r"has no flag 'x'|needs a number that is not negative"):
        contest_checker(flags)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("// @EXPECTED_RESULTS@: CORRECT", {AC}),
        (" * @EXPECTED_RESULTS@: RUN-ERROR,WRONG-ANSWER */", {RTE, MLE, WA}),
        ("#  @EXPECTED_RESULTS@:   RUN_TIME_ERROR , ACCEPTED   \n", {RTE, MLE, AC}),
        ("{- @EXPECTED_RESULTS@: CORRECT -}", {AC}),
        ("no tag", None),
    ],
)
def test_expected_results_are_read(comment: str, expected: set[Verdict] | None) -> None:
    assert labels.expected_results(comment) == expected


def test_html_becomes_rough_text() -> None:
    page = "<html><style>p {}</style><body><h2>Input</h2><p>One &lt; <code>n</code></p><ul><li>a</li></ul></body>"
    assert statement.of_html(page) == "## Input\n\nOne < `n`\n\n- a"


def test_comment_signs_in_verbatim_text_are_kept() -> None:
    text = (
        "a % no\n\\begin{verbatim}\n%d 5%\n\\end{verbatim}\n%\\begin{verbatim}\n\\verb|50%| b\n%\\end{verbatim}\n5\\% c"
    )
    assert statement.of_latex(text) == "a\n\n```\n%d 5%\n```\n\n`50%` b\n\n5% c"


def test_latex_becomes_rough_text() -> None:
    text = r"""\newcommand{\most}{10^5}
\begin{itemize}
  \item At most $\most{}$, 50\,\% of \href{https://example.org}{them}. % hidden
  \item \textbf{Bold} \& \texttt{a_b}
\end{itemize}
\begin{verbatim}
1 2
\end{verbatim}"""
    assert statement.of_latex(text) == "- At most $10^5$, 50 % of them.\n\n- **Bold** & `a_b`\n\n```\n1 2\n```"


# -- Real packages


@pytest.fixture(scope="module")
def raw_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = SHARED_DATA / "packages_raw.tar.gz"
    if not path.is_file():
        pytest.skip(f"no {path.name} beside this checkout")
    folder = tmp_path_factory.mktemp("packages")
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    return folder


def known_rows() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in shared_rows("packages.jsonl")}


def test_real_packages_are_what_others_read_in_them(raw_packages: Path) -> None:
    about = json.loads((raw_packages / "ABOUT.json").read_text())
    rows = known_rows()
    packages = {each.problem.problem_id: each for each in read_packages(raw_packages) if isinstance(each, Package)}
    assert packages.keys() == about.keys()
    for name, package in packages.items():
        row = rows[about[name]["id"]]
        problem = package.problem
        assert [(test.input, test.output) for test in problem.tests] == [
            (test["input"], test["output"]) for test in row["tests"]
        ]
        assert list(package.test_names) == [test["name"] for test in row["tests"]]
        assert package.time.limit_s == row["time_limit_s"]
        assert (problem.mode is Mode.INTERACTIVE) == bool(row["interactive"])
        assert (problem.validation_passes > 1) == (row["validation"] == "multi-pass")
        if row["validation"] == "default":
            assert problem.checker == contest_checker(row["validator_flags"])
        else:
            assert problem.deciding is not None
            assert list(problem.deciding.flags) == row["validator_flags"]
            texts = {problem.deciding.entry_file: problem.deciding.source, **dict(problem.deciding.files)}
            assert texts == row["validator"]["files"]
        assert_same_programs(package, row)


def assert_same_programs(package: Package, row: dict[str, Any]) -> None:
    """Each program that others found has the same text and verdicts here."""
    ours = {each.name: each for each in package.submissions}
    for program in row["programs"]:
        name = program["origin"].rpartition("/submissions/")[2] if "files" in program else ""
        found = ours[name or f"{program['folder']}/{program['entry_file']}"]
        expected = {"AC": {AC}, "WA": {WA}, "TLE": {TLE}, "RTE": {RTE, MLE}, "REJ": labels.REJECTED}[program["label"]]
        assert found.expected == expected
        if found.program is not None and "code" in program:
            assert found.program.source == program["code"]
    assert len(ours) >= len(row["programs"])  # they leave out a program that is there twice
