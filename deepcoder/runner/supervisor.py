"""The supervisor: takes requests from the worker, executes them one after the other, replies with outcomes.

Runs: inside the sandbox, as its first process. The end of its input means that the owner is gone: it returns, and the
sandbox with it. An error of our own is not caught: the runner dies of it, and the worker sees a broken sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import marshal
import os
import random
import resource
import select
import socket
import sys
import time
from collections import deque
from typing import Any, NoReturn

from ..wire.limits import Limits, Mode
from ..wire.messages import BEAT_S, PROTOCOL, Ended, Frames, Outcome, Task, frame, opening
from . import keeper, program
from .cgroup import own_cgroup
from .inputs import Inputs
from .memory_files import sealed, write_all
from .process import TICK_S, Keeper, Process

READ_BYTES = 1 << 16  # what a pipe holds; from 128 KiB on malloc would ask the kernel each time
FRAME_BYTES = 1 << 30
MAIN_STACK_BYTES = 1 << 30
# What the owner, or an engine, limits for us would limit programs too; the keeper limits each of them.
UNLIMITED = (
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_DATA,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_NPROC,
    resource.RLIMIT_RSS,
    resource.RLIMIT_RTTIME,
)
HELD_S, HELD_BYTES = 0.005, 1 << 16  # how long an outcome may wait for the next, and how much of them
_PR_SET_DUMPABLE = 4

# The keeper imports one as soon as a program has its name anywhere: importing costs more than most tests, and what a
# program is charged must not depend on whether one before it had it imported.
WARM_MODULES = ("numpy", "sortedcontainers", "scipy", "networkx", "sympy", "pandas", "bitarray")


class OwnerGone(Exception):
    """The worker has closed our input."""


class Stopped(Exception):
    """The worker wants nothing more of the current task."""


class Supervisor:
    """Executes one task at a time.

    The mutable state: the inputs that are kept, the requests read but not begun, the current task and its compiled
    code, the process that runs now, which in function mode stays for the whole task, and the one before it while it
    ends.
    """

    def __init__(self, keepers: list[Keeper], requests: int, replies: int) -> None:
        self.keepers = keepers
        self.turn = 0  # whose process is the next
        self.requests = requests
        self.replies = replies
        self.frames = Frames(FRAME_BYTES)
        self.waiting: deque[tuple[dict[str, Any], bytes | memoryview]] = deque()
        self.inputs = Inputs(keepers[0].cgroup)
        self.number = 0
        self.task: Task | None = None
        self.job = sealed("job", b"")  # the task as the program reads it
        self.is_compiled = False
        self.process: Process | None = None
        self.ending: Process | None = None
        self.unsent: list[bytes] = []  # frames that wait for more of them: each write wakes the worker
        self.unsent_bytes = 0
        self.held = 0.0  # since when
        self.spoke = 0.0  # when something was sent last
        self.warm: set[str] = set()

    def serve(self) -> None:
        """Answer requests until the worker is gone.

        Raises:
            OwnerGone: It is.
        """
        while True:
            while not self.waiting:
                if self.unsent:
                    self._flush()
                elif self.process is None:
                    self._read_requests()
                else:
                    self._turn(self.process)
            head, body = self.waiting.popleft()
            if head["kind"] == "run" and self.task is not None:
                with contextlib.suppress(Stopped):
                    self._run(self.task, body)
            elif head["kind"] == "end":
                self._flush()
                self._end_process()
            else:
                self._end_task()
                if head["kind"] == "load":
                    self._load(head, body)

    def _read_requests(self) -> bool:
        """Take what the worker has sent; whether it ends the current task."""
        data = os.read(self.requests, READ_BYTES)
        if not data:
            raise OwnerGone
        self.frames.feed(data)
        over = False
        while (message := self.frames.next()) is not None:
            head, body = message
            if head["kind"] == "keep":
                self.inputs.keep(head["input"], head["bytes"], head["start"], body)
            elif head["kind"] == "drop":
                self.inputs.drop(head["input"])
            else:
                if head["kind"] in ("load", "stop"):
                    self.waiting.clear()
                    over = True
                self.waiting.append((head, self.inputs.view(head["input"]) if "input" in head else body))
        return over

    def _load(self, head: dict[str, Any], source: bytes | memoryview) -> None:
        text = str(source, "utf-8", "surrogatepass")
        self.number = head["task"]
        mode, limits = Mode(head["mode"]), Limits(**head["limits"])
        self.task = Task(text, mode, limits, head["entry_point"], head["preamble"], head["language"])
        self._describe(b"S" + marshal.dumps((text, self.task.preamble, self.task.entry_point)))
        self.is_compiled = False
        new = {name for name in WARM_MODULES if name in text or name in self.task.preamble} - self.warm
        if new:
            self._settle()
            self.warm |= new
            for each in self.keepers:
                each.warm(new)
                while not each.is_warm(BEAT_S):
                    self._beat()

    def _run(self, task: Task, given: bytes | memoryview) -> None:
        """One run; or one call, and those that wait behind it.

        Raises:
            Stopped: The worker wants no more of the task; nothing of it is left running.
        """
        process = self.process or self._begin(task, given)
        if not process.calls:
            outcome = self._watch(process)
            if process.compiled:
                self._describe(b"C" + process.compiled)
                self.is_compiled = True
        else:
            process.call(given)
            outcome = self._watch(process)
            while outcome.ended is Ended.RETURNED and self.waiting and self.waiting[0][0]["kind"] == "run":
                process.call(self.waiting.popleft()[1])  # first, so that the program works while we report
                self._reply(outcome)
                outcome = self._watch(process)
        if outcome.ended is not Ended.RETURNED:
            self._end_process()
        self._reply(outcome)

    def _begin(self, task: Task, given: bytes | memoryview) -> Process:
        """Start a process for the task; in stdin mode it reads `given`.

        The process gets ready while the one before it ends, if that is another keeper's.
        """
        if self.ending is not None and self.ending.keeper is self.keepers[self.turn]:
            self._settle()
        self.process = process = Process(self.keepers[self.turn], task, self.job, self.is_compiled, given)
        self.turn = (self.turn + 1) % len(self.keepers)
        if self.ending is not None:
            process.order(goes=False)
            self._settle()
        process.begin()
        process.poll.register(self.requests, select.POLLIN)
        return process

    def _describe(self, job: bytes) -> None:
        os.close(self.job)
        self.job = sealed("job", job)

    def _watch(self, process: Process) -> Outcome:
        while (outcome := process.outcome()) is None:
            if self._turn(process):
                self._stop()
        return outcome

    def _stop(self) -> NoReturn:
        self._end_task()
        raise Stopped

    def _turn(self, process: Process) -> bool:
        """Serve the process, and read what the worker has sent; whether that ends the current task."""
        over = False
        for fd, _ in process.poll.poll(1000 * (HELD_S if self.unsent else TICK_S)):
            if fd == self.requests:
                over = self._read_requests()
            else:
                process.handle(fd)
        now = time.monotonic()
        if self.unsent and now - self.held > HELD_S:
            over |= self._flush()
        elif now - self.spoke > BEAT_S:
            over |= self._beat()
        process.look()
        return over

    def _beat(self) -> bool:
        """Show life; whether what was read meanwhile ends the current task."""
        self.unsent.append(frame({"kind": "beat"}))
        return self._flush()

    def _end_process(self) -> None:
        """Let nothing of it run on; nothing of it is left once the next begins."""
        if self.process is not None:
            self._settle()
            self.process.kill(Ended.KILLED)
            self.ending, self.process = self.process, None
            if self.ending.exit is not None:
                self._settle()

    def _settle(self) -> None:
        if self.ending is not None:
            self.ending.finish()
            self.ending = None

    def _end_task(self) -> None:
        self._end_process()
        self.task = None
        self.unsent, self.unsent_bytes = [], 0

    def _reply(self, outcome: Outcome) -> None:
        if not self.unsent:
            self.held = time.monotonic()
        head = {"kind": "outcome", "task": self.number, **outcome.facts()}
        before = opening(head, len(outcome.output))
        self.unsent += [before, outcome.output]
        self.unsent_bytes += len(before) + len(outcome.output)
        if self.unsent_bytes > HELD_BYTES and self._flush():
            self._stop()

    def _flush(self) -> bool:
        """Send the outcomes, and read on meanwhile: the worker may be sending a large input before it reads.

        Whether what was read ends the current task.
        """
        over = False
        self.spoke = time.monotonic()
        parts = self.unsent if self.unsent_bytes > HELD_BYTES else [b"".join(self.unsent)]
        self.unsent, self.unsent_bytes = [], 0
        poll = select.poll()
        poll.register(self.requests, select.POLLIN)
        poll.register(self.replies, select.POLLOUT)
        for part in parts:
            rest = memoryview(part)
            while rest:
                for fd, _ in poll.poll():
                    if fd == self.requests:
                        over |= self._read_requests()
                    else:
                        rest = rest[os.write(self.replies, rest) :]
        return over


def available_uids() -> range | None:
    """Users that programs can become, or None where there is only ours.

    A random stretch of them: RLIMIT_NPROC counts per user across all containers of a kernel, so two must not share one.
    """
    with open("/proc/self/uid_map") as rows:
        end = max(int(first) + int(count) for first, _, count in map(str.split, rows))
    if os.geteuid() != 0 or end < 1 << 15 or not _can_change_user():
        return None
    return some_uids(end)


def some_uids(end: int) -> range:
    """A random half of the users below `end`, or fewer; where there are many, of those that no machine gives away."""
    first, last = (1 << 20 if end > 1 << 22 else 1000), min(end, 1 << 30)
    count = min(1 << 20, (last - first) // 2)
    first = random.SystemRandom().randrange(first, last - count)
    return range(first, first + count)


def _can_change_user() -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresuid(65534, 65534, 65534)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def main(scratch_root: str, memory_bytes: int, hooks: program.Hooks) -> None:
    """Fork the keeper, then serve: the one order in which the keeper's memory holds no request.

    `memory_bytes`: the limit of the sandbox's own cgroup, 0 where it has none. `hooks`: see `program.prepare`.
    """
    if hasattr(sys, "set_int_max_str_digits"):  # Python 3.9 and 3.10 have it only in late releases
        sys.set_int_max_str_digits(0)
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # a stray print must not look like a reply
    os.close(null)
    for kind in UNLIMITED:
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (most, most))
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = MAIN_STACK_BYTES if most == resource.RLIM_INFINITY else min(MAIN_STACK_BYTES, most)
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))
    # A program may lower its own to what ours could be lowered to: Ray's workers, and so their children, have 1000.
    with contextlib.suppress(PermissionError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("0")
    uids = available_uids()
    cgroup = own_cgroup(memory_bytes)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # closes /proc/<pid>/mem and its like to our own user
    if uids is not None:
        os.chmod(scratch_root, 0o711)  # an engine may have made it as open as the image has it
    if os.path.ismount(scratch_root):  # else /dev is the machine's
        with contextlib.suppress(OSError):  # it is there already, or /dev is closed to us: programs do without
            os.symlink(f"{scratch_root}/{keeper.SHM}", "/dev/shm")
    keepers: list[Keeper] = []
    for each in [None] if uids is None else halves(uids):
        (channel, its_channel), (jobs, its_jobs) = _socket_pair(), _socket_pair()
        keepers.append(Keeper(channel, jobs, scratch_root, cgroup))
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(requests)
                os.close(replies)
                for one in keepers:
                    one.close()
                keeper.keep(its_channel, its_jobs, scratch_root, each, cgroup is not None, hooks)
                status = 0
            finally:
                if status:
                    sys.excepthook(*sys.exc_info())
                os._exit(status)
        keepers[-1].pid = pid
        its_channel.close()
        its_jobs.close()
    for one in keepers:
        one.note()
    hello = {"kind": "hello", "protocol": PROTOCOL, "python": sys.version.split()[0], "own_uids": uids is not None}
    write_all(replies, frame(hello))
    os.set_blocking(replies, False)
    try:
        Supervisor(keepers, requests, replies).serve()
    except OwnerGone:
        for one in keepers:
            one.close()
            os.waitpid(one.pid, 0)


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def halves(uids: range) -> tuple[range, range]:
    """For the two keepers."""
    middle = uids[len(uids) // 2]
    return range(uids.start, middle), range(middle, uids.stop)
