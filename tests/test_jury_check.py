"""`deepcoder doctor` on problem packages: every program of the jury against the verdict that the jury gave it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepcoder.datasets.packages import JurySubmission
from deepcoder.pool import SandboxPool
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig
from deepcoder.tools.jury_check import check
from deepcoder.verdicts import Verdict
from tests.test_cli import Ran
from tests.test_labels import ALL_LABELS
from tests.test_packages import LEGACY, Files, laid_out, raw_packages, read

__all__ = ["raw_packages"]  # a fixture

BURN = "import time\nwhile time.process_time() < {}: pass\nprint(int(input()) + 1)\n"
TIMED: Files = LEGACY | {
    "domjudge-problem.ini": None,
    "problem.yaml": "name: Add One\nlimits: {time_multiplier: 2}\n",
    "submissions/accepted/slow.py": BURN.format(0.6),
    "submissions/time_limit_exceeded/slower.py": BURN.format(30),
    "submissions/strange/odd.py": None,
    "submissions/mixed/maybe.py": None,
    "submissions/accepted/add.cc": None,
    "submissions/accepted/add.hs": None,
}
CHECKED: Files = {
    "problem.yaml": "validation: custom\nvalidator_flags: 6\n",
    ".timelimit": "2\n",
    "output_validators/check.py": "import sys\nsys.exit(42 if sys.stdin.read().strip() == sys.argv[4] else 43)\n",
    "data/secret/1.in": "5\n",
    "data/secret/1.ans": "?\n",
    "submissions/accepted/add.py": "print(int(input()) + 1)\n",
    "submissions/wrong_answer/zero.py": "print(0)\n",
    "submissions/wrong_answer/right.py": "print(6)\n",
}


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox="process") as started:
        yield started


def test_limit_that_is_not_given_is_measured_first(pool: SandboxPool, tmp_path: Path) -> None:
    told: list[int] = []
    found = check(read(laid_out(tmp_path, TIMED)), pool, progress=told.append)
    assert found.slowest_s is not None and 0.6 <= found.slowest_s < 1.0 and found.limit_s == 2.0
    assert {each.submission.name: each.judgement and each.judgement.verdict for each in found.checked} == {
        "accepted/add.py": Verdict.AC,
        "accepted/slow.py": Verdict.AC,
        "run_time_error/crash.py": Verdict.RTE,
        "time_limit_exceeded/slower.py": Verdict.TLE,
        "wrong_answer/zero.py": Verdict.WA,
    }
    assert (found.wrong, sum(told)) == ((), 5)


def test_given_limit_holds_for_every_language(pool: SandboxPool, tmp_path: Path) -> None:
    package = read(laid_out(tmp_path, TIMED, {".timelimit": "0.3\n"}))
    assert package.problem.limits_in("python").cpu_s > 1  # for training
    found = check(package, pool)
    assert (found.limit_s, found.slowest_s) == (0.3, None)
    assert [each.submission.name for each in found.wrong] == ["accepted/slow.py"]


def test_program_in_a_language_that_is_not_there_says_so(
    pool: SandboxPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "languages", lambda: {"python": "3"})
    package = read(laid_out(tmp_path, CHECKED))
    go = JurySubmission("accepted/add.go", frozenset({Verdict.AC}), Program("package main", "go"))
    hs = JurySubmission("accepted/add.hs", frozenset({Verdict.AC}), None, "no Haskell")
    found = check(dataclasses.replace(package, submissions=(go, hs)), pool)
    assert [each.why_none for each in found.checked] == ["the sandbox has no Go", "no Haskell"]
    assert found.judged == found.wrong == ()


def test_pypy_judges_python(pool: SandboxPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "languages", lambda: {"python": "3"})
    found = check(read(laid_out(tmp_path, CHECKED)), pool, pypy=True)
    assert {each.why_none for each in found.checked} == {"the sandbox has no Python (PyPy)"}


# The secret tests of one package are only generated, and its sample is too small for these.
DISAGREE = {
    "time_limit_exceeded/ragnar-busy-sleep-decrypt.py",
    "time_limit_exceeded/ragnar-busy-sleep-encrypt.py",
}


@pytest.mark.docker
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["alternativeencryption", "guess"] if ALL_LABELS else ["guess"])
def test_real_packages_get_the_verdicts_of_their_juries(
    shared_ray: None, all_languages_image: str, raw_packages: Path, name: str
) -> None:
    package = read(raw_packages / name)
    with SandboxPool(workers=2, sandbox=SandboxConfig("docker", all_languages_image)) as started:
        found = check(package, started)
    assert {each.submission.name for each in found.wrong} <= DISAGREE
    assert len(found.judged) == len(package.submissions)


def test_command_prints_a_table_and_what_disagrees(
    shared_ray: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    laid_out(tmp_path / "year/checked", CHECKED)
    ran = Ran(capsys, "doctor", str(tmp_path / "year/checked"), "--sandbox", "process", "--workers", "1")
    rows = [line.split() for line in ran.out.splitlines()]
    assert ran.code == 1 and "checked: time limit 2 s" in ran.out
    assert ["add.py", "Python", "AC", "AC", "0.00", "s", "ok"] in rows
    assert ["zero.py", "Python", "WA", "WA", "0.00", "s", "secret/1", "ok"] in rows
    assert ["right.py", "Python", "WA", "AC", "0.00", "s", "no"] in rows
    assert "wrong_answer/right.py: expected WA, got AC" in ran.out
    assert "2 of 3 programs get a verdict that their jury expects, on 1 test\n" in ran.out


def test_command_counts_packages_and_names_those_that_cannot_be_used(
    shared_ray: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    laid_out(tmp_path / "good", CHECKED, {"submissions/wrong_answer/right.py": None})
    arguments = ["doctor", str(tmp_path), "--sandbox", "process", "--workers", "1"]
    assert Ran(capsys, *arguments).code == 0
    laid_out(tmp_path / "bad", CHECKED, {"data/secret/1.in": None})
    ran = Ran(capsys, *arguments)
    assert ran.code == 1 and "cannot be used: " in ran.out
    assert "1 of 2 packages are well: 2 of 2 programs" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "has no tests: run the package's generators first"),
        (["--times", "times.jsonl"], "-o and --times are for problems: prepare the packages first"),
    ],
)
def test_what_doctor_cannot_do_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    ran = Ran(capsys, "doctor", str(laid_out(tmp_path, CHECKED, {"data/secret/1.in": None})), *arguments)
    assert ran.code == 2 and message in ran.err and "\n" not in ran.err.strip()


def test_judge_takes_a_package(shared_ray: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = laid_out(tmp_path / "checked", CHECKED)
    program = folder / "submissions/accepted/add.py"
    ran = Ran(capsys, "judge", str(program), "--problem", str(folder), "--sandbox", "process")
    assert (ran.code, ran.out.split()[0]) == (0, "AC")
