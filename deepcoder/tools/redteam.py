"""Run hostile programs in a sandbox: each must fail, do no harm to the next program, and leave nothing behind.

Runs: wherever a person or a test wants to know whether a configuration of the sandbox holds.

The programs are in `attacks/`, one per file; those of other languages than Python are in a folder with the language's
name, and have `//` in place of `#`. The task of each is to multiply two numbers, and an attack gives the right product
only where it gets through: AC is a hole. The first comment line says what the attack tries. Then follow

    # kind: exit                  its class
    # stdin: WA                   a mode that it is judged in (stdin; function: `solve`; code: `solve`, tested by code),
    # code: WA RTE                and the verdicts that are right in this mode
    # passes: 1                   tests that pass before one fails, where the attack prepares something in the first
    # limits: cpu_s=0.3           fields of Limits, where the attack needs limits of its own
    # append: "..."               a Python expression whose text is appended to the source
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import itertools
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.runner import procfs
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, SandboxUnavailable, start
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import PYTHON, family, language
from deepcoder.wire.messages import Task

# Much more time than any attack needs on any machine. An attack on a clock has a small limit of its own.
LIMITS = Limits(cpu_s=20.0, wall_s=40.0, memory_bytes=256 << 20, output_bytes=8 << 20, processes=32)
WAIT_S = 3.0  # an attack may wait this long per test beyond its CPU time; its wall limit may be lower
RECOVERY_S = 1.0  # the sandbox may take this long to recover, and this long for the next program
# A process of the runner, or its container, may grow by this much. glibc gives memory back once 64 MiB lie free at the
# end of its heap, and the heap's edges shift a little: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
HELD_BYTES = 72 << 20
PAIRS = ((6, 7), (123, 457))  # the numbers to multiply
ALSO = {"cpp": ("c",)}  # by family: whose attacks it takes too
NEXT = "a, b = map(int, input().split())\nprint(a * b)"


@dataclass(frozen=True)
class Attack:
    """An attack: what the head of its file says, and its source."""

    name: str
    what: str
    kind: str
    verdicts: dict[str, frozenset[Verdict]]  # the right ones, by mode
    source: str
    passes: int
    limits: Limits
    language: str = PYTHON.name

    def submission(self, mode: str) -> Submission:
        """Return the attack as a submission in this mode."""
        return Submission(problem(self.name, mode, self.limits), Program(self.source, self.language))


def problem(name: str, mode: str, limits: Limits) -> Problem:
    """Return the problem of multiplying two numbers, in mode stdin, function, or code: a function tested by code."""
    if mode == "stdin":
        tests = tuple(TestCase(f"{a} {b}\n", f"{a * b}\n") for a, b in PAIRS)
        return Problem(name, Mode.STDIN, tests, limits=limits)
    if mode == "function":
        tests = tuple(TestCase.call([a, b], a * b) for a, b in PAIRS)
    else:
        tests = tuple(TestCase.code(f"assert solve({a}, {b}) == {a * b}") for a, b in PAIRS)
    return Problem(name, Mode.FUNCTION, tests, entry_point="solve", limits=limits)


def attacks(limits: Limits = LIMITS, language: str = PYTHON.name) -> list[Attack]:
    """Return the attacks in a language in order of name; those without limits of their own get `limits`.

    Behind them are those in the languages whose programs it takes too.
    """
    folders = dict.fromkeys((language, family(language), *ALSO.get(family(language), ())))
    return [attack for folder in folders for attack in attacks_in(folder, limits, language)]


def attacks_in(folder: str, limits: Limits = LIMITS, language: str = "") -> list[Attack]:
    """Return the attacks in the folder of one language, as programs in this language or another."""
    path = resources.files("deepcoder") / "attacks" / ("" if folder == PYTHON.name else folder)
    if not path.is_dir():
        return []
    files = sorted((each for each in path.iterdir() if each.is_file()), key=lambda each: each.name)
    texts = {each.name.rpartition(".")[0]: each.read_text(encoding="utf-8") for each in files}
    found = [read_attack(name, text, limits, language or folder) for name, text in texts.items()]
    return [each for each in found if each.verdicts]


def read_attack(name: str, source: str, limits: Limits = LIMITS, language: str = PYTHON.name) -> Attack:
    """Return the attack in the text of a file, as a program in the language; only Python's have other modes than stdin.

    Raises:
        ValueError: A line of its head is unknown.
    """
    first, *rest = head(source)
    verdicts: dict[str, frozenset[Verdict]] = {}
    kind, passes = "", 0
    for line in rest:
        key, _, value = line.partition(": ")
        if key in ("stdin", "function", "code"):
            verdicts[key] = frozenset(map(Verdict, value.split()))
        elif key == "kind":
            kind = value
        elif key == "passes":
            passes = int(value)
        elif key == "limits":
            limits = with_limits(limits, value)
        elif key == "append":
            source += eval(value)
        else:
            raise ValueError(f"{name}: {key!r} is no line of a head")
    modes = {mode: right for mode, right in verdicts.items() if mode == "stdin" or language == PYTHON.name}
    return Attack(name, first, kind, modes, source, passes, limits, language)


def head(source: str) -> list[str]:
    """Return the comment lines at the head of a program of any language, without the marks of a comment."""
    marks = "//" if source.startswith("//") else "#"
    lines = itertools.takewhile(lambda line: line.startswith(marks), source.splitlines())
    return [line.removeprefix(marks).removeprefix(" ") for line in lines]


def with_limits(limits: Limits, text: str) -> Limits:
    """Return the limits with those changed that `text` names, such as "cpu_s=0.5"; the wall limit follows cpu_s."""
    parts = (part.strip().partition("=") for part in text.split(","))
    given: dict[str, Any] = {key: ast.literal_eval(value) for key, _, value in parts}
    if "cpu_s" in given:
        given.setdefault("wall_s", 2 * given["cpu_s"])
    return dataclasses.replace(limits, **given)


@dataclass(frozen=True)
class Attempt:
    """One attack in one mode, and what came of it."""

    attack: Attack
    mode: str
    judgement: Judgement | None  # None where the attack took its sandbox down
    harm: tuple[str, ...] = ()  # beside the verdict, in words
    left: tuple[str, ...] = ()  # what stayed behind, in words

    @property
    def is_expected(self) -> bool:
        """Return whether the verdict is one that the attack's head calls right."""
        return (
            self.judgement is not None
            and self.judgement.verdict in self.attack.verdicts[self.mode]
            and self.judgement.passed == self.attack.passes
        )

    @property
    def got_through(self) -> bool:
        """Return whether the attack was accepted, became a failure of ours, or did harm."""
        return self.judgement is None or self.judgement.verdict in (Verdict.AC, Verdict.IE) or bool(self.harm)

    @property
    def held(self) -> bool:
        """Return whether the attack neither got through nor left anything behind."""
        return not self.got_through and not self.left


CENSUS = """
import json, os, time

def parents():
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                found[int(name)] = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            pass
    return found

until = time.monotonic() + 5  # for every keeper to have its next process in waiting
while time.monotonic() < until:
    found = parents()
    top = found.get(os.getppid())
    if all(pid in found.values() for pid in found if found[pid] == top):
        break

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

def pages_of_files(path):
    # A compiler that is read from the disk for the first time leaves them. The kernel takes them back when it likes.
    with open(path) as file:
        stat = {name: int(value) for name, value in map(str.split, file)}
    return sum(stat.get("total_" + name, stat.get(name, 0)) for name in ("active_file", "inactive_file"))

def memory():
    for name, limit in (("current", "max"), ("usage_in_bytes", "limit_in_bytes")):
        path = "/sys/fs/cgroup/" + ("memory/memory." if "_" in name else "memory.")
        try:
            with open(path + limit) as most, open(path + name) as file:
                if int(most.read()) < 1 << 60:  # else it is the machine's
                    return int(file.read()) - pages_of_files(path + "stat")
        except (OSError, ValueError):  # the limit is "max"
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
CENSUS_TASK = Task(CENSUS, Mode.STDIN, Limits(cpu_s=10.0, wall_s=20.0, memory_bytes=LIMITS.memory_bytes))


@dataclass(frozen=True)
class Census:
    """Count what there is in a sandbox between two programs."""

    counts: dict[str, Any]  # what CENSUS prints
    memory_bytes: int  # charged to the container; 0 where the container cannot see it
    runner: dict[int, tuple[int, int]]  # descriptors and resident bytes of each process of the runner that we can see

    def beyond(self, before: Census) -> list[str]:
        """Return what has changed or grown since the census before, in words."""
        pairs = [(name, before.counts[name], now) for name, now in self.counts.items()]
        left = [f"{name}: {now} instead of {then}" for name, then, now in pairs if now != then]
        grown = self.memory_bytes - before.memory_bytes
        if grown > HELD_BYTES:
            left.append(f"memory of the container: {grown >> 20} MiB more")
        if self.runner.keys() != before.runner.keys():
            left.append(f"processes of the runner: {sorted(self.runner)} instead of {sorted(before.runner)}")
        for pid, (descriptors, resident) in self.runner.items():
            then_descriptors, then_resident = before.runner.get(pid, (descriptors, resident))
            if descriptors != then_descriptors:
                left.append(f"descriptors of the runner: {descriptors} instead of {then_descriptors}")
            if resident - then_resident > HELD_BYTES:
                left.append(f"memory of the runner: {(resident - then_resident) >> 20} MiB more")
        return left


class Bench:
    """One sandbox for all attacks, as a worker has one, and a new one after an attack has broken it or left something.

    The mutable state: the sandbox, the jury, and the census of the sandbox before its first attack.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self._jury = Jury(config)
        self._sandbox: Sandbox | None = None

    def attack(self, attack: Attack, mode: str) -> Attempt:
        """Judge the attack, then an honest program, then look at what is left.

        Raises:
            SandboxError: No sandbox starts, or it lacks the attack's language.
        """
        sandbox = self._open()
        if attack.language not in sandbox.languages:
            raise SandboxUnavailable(f"{sandbox!r} cannot run {language(attack.language).title}")
        began = time.monotonic()
        try:
            judgement = judge(attack.submission(mode), sandbox, self._jury)
            attacked = time.monotonic()
            following = self._next(sandbox)
            done = time.monotonic()
            left = self._left(sandbox)
        except SandboxError as error:
            self.close()
            return Attempt(attack, mode, None, (f"took its sandbox down: {error}",))
        harm = []
        late_s = attacked - began - judgement.cpu_s - judgement.ran * min(WAIT_S, attack.limits.wall_s)
        if language(attack.language).is_executed:
            late_s -= sandbox.compile_limits.wall_s
        if late_s > RECOVERY_S and judgement.verdict is not Verdict.CE:  # a compiler's CPU time is limited
            harm.append(f"ended {late_s:.1f} s late")
        if following.verdict is not Verdict.AC:
            harm.append(f"an honest program after it is judged {following.verdict}: {following.detail}")
        if done - attacked > RECOVERY_S:
            harm.append(f"an honest program after it took {done - attacked:.1f} s")
        if left:
            self.close()  # so that the next attack is not blamed for it
        return Attempt(attack, mode, judgement, tuple(harm), tuple(left))

    def _open(self) -> Sandbox:
        if self._sandbox is None:
            self._sandbox = start(self.config)
            following = self._next(self._sandbox)
            if following.verdict is not Verdict.AC:
                raise SandboxError(
                    f"{self._sandbox!r} judges an honest program {following.verdict}: {following.detail}"
                )
            self._at_first = self._census(self._sandbox)
        return self._sandbox

    def _next(self, sandbox: Sandbox) -> Judgement:
        return judge(Submission(problem("next", "stdin", LIMITS), Program(NEXT)), sandbox)

    def _left(self, sandbox: Sandbox) -> list[str]:
        """Return what stays in the sandbox, in words: a keeper at work opens and closes a pipe now and then."""
        until = time.monotonic() + RECOVERY_S
        while (left := self._census(sandbox).beyond(self._at_first)) and time.monotonic() < until:
            pass
        return left

    def _census(self, sandbox: Sandbox) -> Census:
        (outcome,) = sandbox.outcomes(CENSUS_TASK, [b""])
        counts, memory_bytes = json.loads(outcome.output)
        runner = {}
        if sandbox.pid is not None:
            for pid, fields in _settled(sandbox.pid).items():
                with contextlib.suppress(PermissionError):  # without namespaces the process belongs to another user
                    runner[pid] = (len(os.listdir(f"/proc/{pid}/fd")), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
        return Census(counts, memory_bytes, runner)

    def close(self) -> None:
        """End the sandboxes; the next attack starts a new one."""
        self._jury.close()
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None


def _settled(pid: int) -> dict[int, list[str]]:
    """Return the stat fields of the runner's processes, without those that wait for the next program.

    Every keeper forks such a process ahead, so they come and go. Each leads a session of its own and has no child. The
    function waits until every keeper has one.
    """
    until = time.monotonic() + RECOVERY_S
    while True:
        family = procfs.descendants(pid)
        parents = {fields[1] for fields in family.values()}
        leaves = {each for each in family if str(each) not in parents}
        if time.monotonic() > until or all(family[each][3] == str(each) for each in leaves):
            return {each: fields for each, fields in family.items() if each not in leaves}


def attempts(attacks: list[Attack], config: SandboxConfig) -> Iterator[Attempt]:
    """Try each attack in each of its modes.

    Raises:
        SandboxError: No sandbox starts.
    """
    bench = Bench(config)
    try:
        for attack in attacks:
            for mode in attack.verdicts:
                yield bench.attack(attack, mode)
    finally:
        bench.close()
