"""The supervisor: takes requests from the worker, executes them one after the other, replies with outcomes.

Runs: inside the sandbox, as its first process. The end of its input means that the owner is gone: it returns, and the
sandbox with it. An error of our own is not caught: the runner dies of it, and the worker sees a broken sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import random
import re
import resource
import select
import socket
import sys
import time
from collections import deque
from typing import Any

from . import keeper, program
from .cgroup import own_cgroup
from .process import TICK_S, Keeper, Process, write_all
from .wire import PROTOCOL, Ended, Frames, Outcome, Task, frame

READ_BYTES = 1 << 16  # what a pipe holds; from 128 KiB on malloc would ask the kernel each time
FRAME_BYTES = 1 << 30
MAIN_STACK_BYTES = 1 << 30
HELD_S, HELD_BYTES = 0.005, 1 << 16  # how long an outcome may wait for the next, and how much of them
_PR_SET_DUMPABLE = 4

# The keeper imports one as soon as a program names it: importing costs more than most tests.
WARM_MODULES = ("numpy", "sortedcontainers", "scipy", "networkx", "sympy", "pandas", "bitarray")
_IMPORTS = re.compile(rf"^[ \t]*(?:import|from)[ \t]+({'|'.join(WARM_MODULES)})\b", re.MULTILINE)


class OwnerGone(Exception):
    """The worker has closed our input."""


class Stopped(Exception):
    """The worker wants nothing more of the current task."""


class Supervisor:
    """Executes one task at a time.

    The mutable state: the requests read but not begun, the current task and its compiled code, and the process that
    runs now, which in function mode stays for the whole task.
    """

    def __init__(self, keepers: list[Keeper], requests: int, replies: int) -> None:
        self.keepers = keepers
        self.turn = 0  # whose process is the next
        self.requests = requests
        self.replies = replies
        self.frames = Frames(FRAME_BYTES)
        self.waiting: deque[tuple[dict[str, Any], bytes]] = deque()
        self.number = 0
        self.task: Task | None = None
        self.job = sealed(b"")  # the task as the program reads it: JSON, or b"C" and its compiled code
        self.is_compiled = False
        self.process: Process | None = None
        self.unsent = b""  # outcomes that wait for more of them: each write wakes the worker
        self.held = 0.0  # since when
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
                    self._reply(self._execute(self.task, body))
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
            if message[0]["kind"] != "run":
                self.waiting.clear()
                over = True
            self.waiting.append(message)
        return over

    def _load(self, head: dict[str, Any], source: bytes) -> None:
        text = source.decode("utf-8", "surrogatepass")
        self.number = head["task"]
        self.task = Task(text, head["mode"], head["limits"], head["entry_point"], head["preamble"])
        job = {"source": text, "preamble": head["preamble"], "entry_point": head["entry_point"]}
        self._describe(json.dumps(job).encode())
        self.is_compiled = False
        new = set(_IMPORTS.findall(text)) - self.warm
        if new:
            self.warm |= new
            for each in self.keepers:
                each.warm(new)

    def _execute(self, task: Task, given: bytes) -> Outcome:
        """One run, or one call.

        Raises:
            Stopped: The worker wants no more of the task; nothing of it is left running.
        """
        if self.process is None:
            self.process = Process(self.keepers[self.turn], task, self.job, self.is_compiled)
            self.turn = (self.turn + 1) % len(self.keepers)
            self.process.begin()
            self.process.poll.register(self.requests, select.POLLIN)
        if task.mode == "stdin":
            self.process.give(given)
        else:
            self.process.call(given)
        outcome = self._watch(self.process)
        if self.process.compiled:
            self._describe(b"C" + self.process.compiled)
            self.is_compiled = True
            self.process.compiled = b""
        if outcome.ended is not Ended.RETURNED:
            self._end_process()
        return outcome

    def _describe(self, job: bytes) -> None:
        os.close(self.job)
        self.job = sealed(job)

    def _watch(self, process: Process) -> Outcome:
        while (outcome := process.outcome()) is None:
            if self._turn(process):
                self._end_task()
                raise Stopped
        return outcome

    def _turn(self, process: Process) -> bool:
        """Serve the process, and read what the worker has sent; whether that ends the current task."""
        over = False
        for fd, _ in process.poll.poll(1000 * (HELD_S if self.unsent else TICK_S)):
            if fd == self.requests:
                over = self._read_requests()
            else:
                process.handle(fd)
        if self.unsent and time.monotonic() - self.held > HELD_S:
            over |= self._flush()
        process.look()
        return over

    def _end_process(self) -> None:
        if self.process is not None:
            self.process.finish()
            self.process = None

    def _end_task(self) -> None:
        self._end_process()
        self.task = None
        self.unsent = b""

    def _reply(self, outcome: Outcome) -> None:
        facts = dict(outcome.__dict__)
        output = facts.pop("output")
        if not self.unsent:
            self.held = time.monotonic()
        self.unsent += frame({"kind": "outcome", "task": self.number, **facts}, output)
        if len(self.unsent) > HELD_BYTES:
            self._flush()

    def _flush(self) -> bool:
        """Send the outcomes, and read on meanwhile: the worker may be sending a large input before it reads.

        Whether what was read ends the current task.
        """
        over = False
        rest, self.unsent = memoryview(self.unsent), b""
        poll = select.poll()
        poll.register(self.requests, select.POLLIN)
        poll.register(self.replies, select.POLLOUT)
        while rest:
            for fd, _ in poll.poll():
                if fd == self.requests:
                    over |= self._read_requests()
                else:
                    rest = rest[os.write(self.replies, rest) :]
        return over


def sealed(data: bytes) -> int:
    """A descriptor of memory that holds the data, and that nobody can change."""
    memory = os.memfd_create("job", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    write_all(memory, data)
    fcntl.fcntl(
        memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    )
    return memory


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

    `memory_bytes`: the limit of the sandbox's own cgroup, 0 where it has none. `hooks`: see `program.run`.
    """
    if hasattr(sys, "set_int_max_str_digits"):  # Python 3.9 and 3.10 have it only in late releases
        sys.set_int_max_str_digits(0)
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # a stray print must not look like a reply
    os.close(null)
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
    keepers: list[Keeper] = []
    for each in [None] if uids is None else halves(uids):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(requests)
                os.close(replies)
                for fd in (ours, *(one.channel for one in keepers)):
                    fd.close()
                keeper.keep(theirs, scratch_root, each, cgroup is not None, hooks)
                status = 0
            finally:
                if status:
                    sys.excepthook(*sys.exc_info())
                os._exit(status)
        theirs.close()
        keepers.append(Keeper(ours, pid, scratch_root, cgroup))
    for one in keepers:
        one.note()
    hello = {"kind": "hello", "protocol": PROTOCOL, "python": sys.version.split()[0], "own_uids": uids is not None}
    write_all(replies, frame(hello))
    os.set_blocking(replies, False)
    try:
        Supervisor(keepers, requests, replies).serve()
    except OwnerGone:
        for one in keepers:
            one.channel.close()
            os.waitpid(one.pid, 0)


def halves(uids: range) -> tuple[range, range]:
    """For the two keepers."""
    middle = uids[len(uids) // 2]
    return range(uids.start, middle), range(middle, uids.stop)
