"""Nothing under attacks/ is accepted, harms the next program or leaves anything, in every kind of sandbox.

An attack answers right exactly where it got through, so AC is a hole. The two tests of each multiply two numbers. The
comment lines at its head say in one line what it tries, then

    # kind: exit                  what it belongs to
    # stdin: WA                   the modes that it is judged in (stdin; function: `solve`; code: `solve`, tested by
    # code: WA RTE                code), each with the verdicts that are right
    # passes: 1                   the tests before the one that it fails, where it prepares something in the first
    # limits: cpu_s=0.3           fields of Limits, beside small ones for all
    # append: "..."               an expression whose text follows the source
    # hole: process: why          what gets through today, in these kinds of sandbox (process, docker or both);
                                  "sometimes, ..." where it does not always
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.runner import keeper
from deepcoder.runner.wire import Task
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, start
from deepcoder.verdicts import Judgement, Submission, Verdict
from tests.test_corpus import LIMITS, expression, with_limits

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
PAIRS = ((6, 7), (123, 457))
NEXT_S = 15.0  # for the program after an attack, on a very busy machine
RECOVERY_S = 15.0  # beyond the wall limits of what an attack ran
HELD_BYTES = 48 << 20  # that a process of the runner, or its container, may have grown by


@dataclass(frozen=True)
class Attack:
    """What the head of an attack says, and its source."""

    name: str
    kind: str
    verdicts: dict[str, set[Verdict]]  # that are right, by mode
    source: str
    passes: int = 0
    limits: Limits = LIMITS
    hole_in: str = ""
    hole: str = ""

    def submission(self, mode: str) -> Submission:
        return Submission(problem(self.name, mode, self.limits), Program(self.source))


def problem(name: str, mode: str, limits: Limits) -> Problem:
    """The product of two numbers, in one of three modes."""
    if mode == "stdin":
        tests = tuple(TestCase(f"{a} {b}\n", f"{a * b}\n") for a, b in PAIRS)
        return Problem(name, Mode.STDIN, tests, limits=limits)
    if mode == "function":
        tests = tuple(TestCase.call([a, b], a * b) for a, b in PAIRS)
    else:
        tests = tuple(TestCase.code(f"assert solve({a}, {b}) == {a * b}") for a, b in PAIRS)
    return Problem(name, Mode.FUNCTION, tests, entry_point="solve", limits=limits)


def read_attack(path: Path) -> Attack:
    source = path.read_text(encoding="utf-8")
    given: dict[str, Any] = {}
    verdicts: dict[str, set[Verdict]] = {}
    for line in source.splitlines()[1:]:
        key, _, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# "):
            break
        if key in ("stdin", "function", "code"):
            verdicts[key] = {Verdict(each) for each in value.split()}
        elif key == "kind":
            given["kind"] = value
        elif key == "passes":
            given["passes"] = int(value)
        elif key == "limits":
            given["limits"] = with_limits(value)
        elif key == "append":
            source += expression(value)
        elif key == "hole":
            given["hole_in"], _, given["hole"] = value.partition(": ")
        else:
            raise ValueError(f"{path.name}: {key!r} is no line of a head")
    return Attack(path.stem, source=source, verdicts=verdicts, **given)


CENSUS = """
import json, os

def lines(path):
    try:
        with open(path) as file:
            return file.read().splitlines()[1:]
    except OSError:
        return []

def listed(path):
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []

def memory():
    for name in ("memory.current", "memory/memory.usage_in_bytes"):
        try:
            with open("/sys/fs/cgroup/" + name) as file:
                return int(file.read())
        except OSError:
            pass
    return 0

space = os.statvfs(".")
print(json.dumps([{
    "processes": len([name for name in listed("/proc") if name.isdigit()]),
    "inodes": space.f_ffree, "blocks": space.f_bfree, "scratch": listed("."), "tmp": listed("/tmp"),
    "shared memory": [lines("/proc/sysvipc/shm"), listed("/dev/shm")],
    "queues": [lines("/proc/sysvipc/msg"), lines("/proc/sysvipc/sem"), listed("/dev/mqueue")],
    "sockets": [len(lines("/proc/net/" + name)) for name in ("unix", "tcp", "udp", "raw", "packet", "netlink")],
    "descriptors": listed("/proc/self/fd"), "environment": sorted(os.environ),
}, memory()]))
"""
CENSUS_TASK = Task(CENSUS, "stdin", {**vars(LIMITS), "cpu_s": 10.0, "wall_s": 20.0})


@dataclass(frozen=True)
class Census:
    """What there is in a sandbox between two programs."""

    found: dict[str, Any]
    memory_bytes: int  # charged to the container; 0 where that cannot be seen
    runner: dict[int, tuple[int, int]]  # per process of a runner that we can see: descriptors, resident bytes


class Bench:
    """A sandbox for all attacks, as a worker has it, and another where one is lost.

    The mutable state: that sandbox, and what was in it at first.
    """

    def __init__(self, kind: str) -> None:
        self.config = SandboxConfig(kind=kind, memory_bytes=LIMITS.memory_bytes)
        self.jury = Jury(self.config)
        self.sandbox: Sandbox | None = None

    def open(self) -> Sandbox:
        if self.sandbox is None:
            self.sandbox = start(self.config)
            assert self.next().verdict is Verdict.AC
            self.at_first = self.census()
        return self.sandbox

    def judge(self, submission: Submission) -> Judgement:
        try:
            return judge(submission, self.open(), self.jury)
        except SandboxError:
            self.drop()
            raise

    def next(self) -> Judgement:
        """An honest program in the same sandbox."""
        assert self.sandbox is not None
        source = "a, b = map(int, input().split())\nprint(a * b)"
        return judge(Submission(problem("next", "stdin", LIMITS), Program(source)), self.sandbox)

    def census(self) -> Census:
        assert self.sandbox is not None
        (outcome,) = self.sandbox.run(CENSUS_TASK, [b""])
        found, memory_bytes = json.loads(outcome.output)
        runner = {}
        number = repr(self.sandbox).strip("<>").rpartition("-")[2]
        if self.config.kind == "process":
            for pid, fields in keeper.descendants(int(number)).items():
                runner[pid] = (len(os.listdir(f"/proc/{pid}/fd")), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
        return Census(found, memory_bytes, runner)

    def drop(self) -> None:
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None

    def close(self) -> None:
        self.jury.close()
        self.drop()


@pytest.fixture(scope="module")
def bench(sandbox_kind: str) -> Iterator[Bench]:
    with closing(Bench(sandbox_kind)) as opened:
        yield opened


CASES = [
    pytest.param(attack, mode, id=f"{attack.kind}-{attack.name}-{mode}")
    for attack in map(read_attack, ATTACKS)
    for mode in attack.verdicts
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("attack", "mode"), CASES)
def test_attack_fails_and_leaves_nothing(
    attack: Attack, mode: str, bench: Bench, sandbox_kind: str, request: pytest.FixtureRequest
) -> None:
    if attack.hole_in in (sandbox_kind, "both"):
        always = not attack.hole.startswith("sometimes")
        request.applymarker(pytest.mark.xfail(strict=always, reason=attack.hole))
    bench.open()
    began = time.monotonic()

    judgement = bench.judge(attack.submission(mode))

    attacked = time.monotonic()
    following = bench.next()
    done = time.monotonic()
    assert judgement.verdict in attack.verdicts[mode], judgement
    assert judgement.passed == attack.passes, judgement
    assert attacked - began < judgement.ran * attack.limits.wall_s + RECOVERY_S
    assert following.verdict is Verdict.AC, following
    assert done - attacked < NEXT_S
    assert judgement.detail.isprintable(), judgement.detail
    _assert_nothing_left(bench)


def _assert_nothing_left(bench: Bench) -> None:
    before, after = bench.at_first, bench.census()
    if after.found != before.found:
        bench.drop()  # so that the next attack is not blamed for it
    assert after.found == before.found
    assert after.memory_bytes - before.memory_bytes < HELD_BYTES
    assert after.runner.keys() == before.runner.keys()
    for pid, (descriptors, resident) in after.runner.items():
        assert descriptors == before.runner[pid][0]
        assert resident - before.runner[pid][1] < HELD_BYTES


def test_attacks_are_many_and_of_every_kind() -> None:
    kinds = Counter(read_attack(path).kind for path in ATTACKS)

    assert len(ATTACKS) >= 60
    assert min(kinds.values()) >= 4, kinds
