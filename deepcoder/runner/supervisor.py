"""The supervisor: takes requests from the worker, executes them one after the other, replies with outcomes.

Runs: inside the sandbox, as its first process. The end of its input means that the owner is gone: it returns, and the
sandbox with it. An error of our own is not caught: the runner dies of it, and the worker sees a broken sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import os
import resource
import select
import socket
import sys
import time
from collections import deque
from typing import Any, NoReturn

from ..wire.languages import add, of_object
from ..wire.limits import Limits
from ..wire.messages import PROTOCOL, RUNNER_HEARTBEAT_S, Ended, Frames, Outcome, frame
from . import keeper, program, versions
from .accounting import LOOK_EVERY_S
from .cgroup import Cgroup, own_cgroup
from .inputs import InputCache
from .keeper_client import KeeperClient
from .language import Hooks
from .memory_files import write_all
from .outbox import OUTCOME_WAIT_S, Outbox
from .process import Process
from .scratch import SHARED_MEMORY
from .task_code import TaskCode
from .users import available_uids, halves

REQUEST_READ_BYTES = 1 << 16  # what a pipe holds; from 128 KiB on malloc would ask the kernel each time
LONGEST_FRAME_BYTES = 1 << 30
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
_PR_SET_DUMPABLE = 4


class OwnerGone(Exception):
    """The worker has closed our input."""


class Stopped(Exception):
    """The worker wants nothing more of the current task."""


class Supervisor:
    """Executes one task at a time.

    The mutable state: the inputs in the cache, the requests read but not begun, the current task and its code, the
    process that runs now, which in function mode stays for the whole task, and the process before it while that ends.
    """

    def __init__(self, keepers: list[KeeperClient], requests: int, replies: int) -> None:
        self.keepers = keepers
        self.turn = 0  # the index of the keeper whose process is the next
        self.requests = requests
        self.replies = replies
        self.frames = Frames(LONGEST_FRAME_BYTES)
        self.waiting: deque[tuple[dict[str, Any], bytes | memoryview]] = deque()
        self.inputs = InputCache(keepers[0].cgroup)
        self.code: TaskCode | None = None
        self.process: Process | None = None
        self.ending: Process | None = None
        self.outbox = Outbox()
        self.imported: set[str] = set()  # libraries

    def serve(self) -> None:
        """Answer requests until the worker is gone.

        Raises:
            OwnerGone: It is.
        """
        while True:
            while not self.waiting:
                if self.outbox:
                    self._flush()
                elif self.process is None:
                    self._read_requests()
                else:
                    self._turn(self.process)
            head, body = self.waiting.popleft()
            if head["kind"] == "run" and self.code is not None:
                with contextlib.suppress(Stopped):
                    self._run(self.code, body)
            elif head["kind"] == "end":
                self._flush()
                self._end_process()
            else:
                self._end_task()
                if head["kind"] == "load":
                    self._load(head, body)

    def _read_requests(self) -> bool:
        """Take what the worker has sent; return whether it ends the current task."""
        data = os.read(self.requests, REQUEST_READ_BYTES)
        if not data:
            raise OwnerGone
        self.frames.feed(data)
        is_over = False
        while (message := self.frames.next()) is not None:
            head, body = message
            if head["kind"] == "keep":
                self.inputs.add(head["input"], head["bytes"], head["start"], body)
            elif head["kind"] == "drop":
                self.inputs.drop(head["input"])
            else:
                if head["kind"] in ("load", "stop"):
                    self.waiting.clear()
                    is_over = True
                self.waiting.append((head, self.inputs.view(head["input"]) if "input" in head else body))
        return is_over

    def _load(self, head: dict[str, Any], source: bytes | memoryview) -> None:
        """Begin a task: keep its code, and have the keepers import the libraries that it names."""
        self.code = TaskCode(head, source)
        task = self.code.task
        texts = (task.source, task.preamble, *(text for _, text in task.files))
        missing = program.runner_of(task.language).libraries(texts) - self.imported
        if missing:
            self._settle()
            self.imported |= missing
            for each in self.keepers:
                each.start_import(task.language, missing)
                while not each.has_imported(RUNNER_HEARTBEAT_S):
                    self._beat()

    def _run(self, code: TaskCode, body: bytes | memoryview) -> None:
        """Execute one run; or one call, and the calls that wait behind it.

        Raises:
            Stopped: The worker wants no more of the task; nothing of it is left running.
        """
        if code.needs_compiling and code.failure is None:
            self._compile(code)
        if code.failure is not None:
            self._reply(code, code.failure)
            return
        process = self.process or self._begin(code, body)
        if not process.is_function:
            outcome = self._watch(process)
            if process.reports.compiled:
                code.replace(process.reports.compiled)
        else:
            process.call(body)
            outcome = self._watch(process)
            while outcome.ended is Ended.RETURNED and self.waiting and self.waiting[0][0]["kind"] == "run":
                process.call(self.waiting.popleft()[1])  # first, so that the program works while we report
                self._reply(code, outcome)
                outcome = self._watch(process)
        if outcome.ended is not Ended.RETURNED:
            self._end_process()
        self._reply(code, outcome)

    def _compile(self, code: TaskCode) -> None:
        """Compile the program, once for the task. The worker gets the artefact, for later tasks.

        Raises:
            Stopped: See `_run`.
        """
        process = self._begin(code, b"")
        outcome = self._watch(process)
        self._end_process()
        artefact = process.reports.compiled
        if not artefact:
            code.failure = compile_failure(outcome, code.limits)
            return
        code.replace(artefact)
        if self.outbox.add_artefact(code.number, artefact) and self._flush():
            self._stop()

    def _begin(self, code: TaskCode, stdin: bytes | memoryview) -> Process:
        """Start a process for the task; in stdin mode it reads `stdin`.

        The process gets ready while the one before it ends, if that is another keeper's.
        """
        if self.ending is not None and self.ending.keeper is self.keepers[self.turn]:
            self._settle()
        self.process = process = Process(self.keepers[self.turn], code, stdin)
        self.turn = (self.turn + 1) % len(self.keepers)
        if self.ending is not None:
            process.get_ready()
            self._settle()
        process.begin()
        process.poll.register(self.requests, select.POLLIN)
        return process

    def _watch(self, process: Process) -> Outcome:
        """Return the next outcome of the process."""
        while (outcome := process.outcome()) is None:
            if self._turn(process):
                self._stop()
        return outcome

    def _stop(self) -> NoReturn:
        self._end_task()
        raise Stopped

    def _turn(self, process: Process) -> bool:
        """Serve the process, and read what the worker has sent; return whether that ends the current task."""
        is_over = False
        for fd, _ in process.poll.poll(1000 * (OUTCOME_WAIT_S if self.outbox else LOOK_EVERY_S)):
            if fd == self.requests:
                is_over = self._read_requests()
            else:
                process.handle(fd)
        now = time.monotonic()
        if self.outbox.is_due(now):
            is_over |= self._flush()
        elif self.outbox.needs_heartbeat(now):
            is_over |= self._beat()
        process.look()
        return is_over

    def _beat(self) -> bool:
        """Send a heartbeat; return whether what was read meanwhile ends the current task."""
        self.outbox.add_heartbeat()
        return self._flush()

    def _end_process(self) -> None:
        """Let the process run no longer. Nothing of it is left once the next one begins."""
        if self.process is not None:
            self._settle()
            self.process.kill(Ended.KILLED)
            self.ending, self.process = self.process, None
            if self.ending.exit is not None:
                self._settle()

    def _settle(self) -> None:
        """Wait until nothing is left of the process that was ended last."""
        if self.ending is not None:
            self.ending.finish()
            self.ending = None

    def _end_task(self) -> None:
        self._end_process()
        if self.code is not None:
            self.code.close()
            self.code = None
        self.outbox.clear()

    def _reply(self, code: TaskCode, outcome: Outcome) -> None:
        self.outbox.add(code.number, outcome)
        if self.outbox.is_full and self._flush():
            self._stop()

    def _flush(self) -> bool:
        """Send the outcomes, and read on meanwhile: the worker may be sending a large input before it reads.

        Return whether what was read ends the current task.
        """
        is_over = False
        poll = select.poll()
        poll.register(self.requests, select.POLLIN)
        poll.register(self.replies, select.POLLOUT)
        for piece in self.outbox.take():
            rest = memoryview(piece)
            while rest:
                for fd, _ in poll.poll():
                    if fd == self.requests:
                        is_over |= self._read_requests()
                    else:
                        rest = rest[os.write(self.replies, rest) :]
        return is_over


def compile_failure(outcome: Outcome, limits: Limits) -> Outcome:
    """Return the outcome of every run of a program that could not be compiled."""
    if outcome.ended in (Ended.COMPILE_ERROR, Ended.STARVED):
        return outcome
    why = {
        Ended.TIME_LIMIT: f"the compiler ran out of time ({limits.cpu_s:g} s)",
        Ended.MEMORY_LIMIT: f"the compiler ran out of memory ({int(limits.memory_bytes) >> 20} MiB)",
        Ended.OUTPUT_LIMIT: f"the compiler made more than {int(limits.output_bytes) >> 20} MiB",
    }.get(outcome.ended, "the compiler made no program")
    return dataclasses.replace(outcome, ended=Ended.COMPILE_ERROR, error=why, output=b"")


# --- At the start, in the process that becomes the supervisor -------------------------------------------------------


def main(scratch_root: str, memory_bytes: int, languages: list[dict[str, Any]], hooks: Hooks) -> None:
    """Fork the keepers, then serve: the one order in which a keeper's memory holds no request.

    `memory_bytes`: the limit of the sandbox's own cgroup, 0 where it has none. `languages`: rows for the table, as
    objects. `hooks`: see `LanguageRunner.prepare`.
    """
    add(map(of_object, languages))
    if hasattr(sys, "set_int_max_str_digits"):  # Python 3.9 and 3.10 have it only in late releases
        sys.set_int_max_str_digits(0)
    requests, replies = _take_streams()
    _lift_limits()
    uids = available_uids()
    cgroup = own_cgroup(memory_bytes)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # closes /proc/<pid>/mem and its like to our own user
    if uids is not None:
        os.chmod(scratch_root, 0o711)  # an engine may have made it as open as the image has it
    if os.path.ismount(scratch_root):  # else /dev is the machine's
        with contextlib.suppress(OSError):  # it is there already, or /dev is closed to us: programs do without
            os.symlink(f"{scratch_root}/{SHARED_MEMORY}", "/dev/shm")
    keepers: list[KeeperClient] = []
    for each in [None] if uids is None else halves(uids):
        _add_keeper(keepers, (requests, replies), scratch_root, cgroup, each, hooks)
    languages_here = versions.found()  # while the keepers get ready
    for client in keepers:
        client.wait_until_ready()
    hello = {"kind": "hello", "protocol": PROTOCOL, "languages": languages_here, "own_uids": uids is not None}
    write_all(replies, frame(hello))
    os.set_blocking(replies, False)
    try:
        Supervisor(keepers, requests, replies).serve()
    except OwnerGone:
        for client in keepers:
            client.close()
            os.waitpid(client.pid, 0)


def _take_streams() -> tuple[int, int]:
    """Return the descriptors of requests and replies, in whose place nothing can be read or written by mistake."""
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # a stray print must not look like a reply
    os.close(null)
    return requests, replies


def _lift_limits() -> None:
    """Take the limits that programs would inherit off this process, as far as it may."""
    for kind in UNLIMITED:
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (most, most))
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = MAIN_STACK_BYTES if most == resource.RLIM_INFINITY else min(MAIN_STACK_BYTES, most)
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))
    # A program may lower its own score to what ours could be lowered to: Ray's workers and their children have 1000.
    with contextlib.suppress(PermissionError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("0")


def _add_keeper(
    keepers: list[KeeperClient],
    streams: tuple[int, int],
    scratch_root: str,
    cgroup: Cgroup | None,
    uids: range | None,
    hooks: Hooks,
) -> None:
    """Fork another keeper, which closes all that is not its own."""
    (channel, its_channel), (orders, its_orders) = _socket_pair(), _socket_pair()
    keepers.append(KeeperClient(channel, orders, scratch_root, cgroup))
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            for stream in streams:
                os.close(stream)
            for client in keepers:
                client.close()
            keeper.keep(its_channel, its_orders, scratch_root, uids, cgroup is not None, hooks)
            status = 0
        finally:
            if status:
                sys.excepthook(*sys.exc_info())
            os._exit(status)
    keepers[-1].pid = pid
    its_channel.close()
    its_orders.close()


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
