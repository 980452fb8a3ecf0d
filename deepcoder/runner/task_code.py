"""The program of the current task, as its processes get it: a sealed file with the source, later with compiled code.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import dataclasses
import marshal
import os
from typing import Any, Mapping

from ..wire.languages import LANGUAGES
from ..wire.limits import Limits, Mode
from ..wire.messages import Ended, Outcome, Task
from .channel import Order
from .memory_files import sealed


class TaskCode:
    """A task and its file.

    The mutable state: the file, which the first process replaces with what it has compiled, and why it could not be.
    """

    def __init__(self, head: Mapping[str, Any], body: bytes | memoryview) -> None:
        """Take the task out of a request to load it. The body is the source, or what was compiled from it before."""
        self.is_compiled: bool = head["is_compiled"]
        text = "" if self.is_compiled else str(body, "utf-8", "surrogatepass")
        mode, limits = Mode(head["mode"]), Limits(**head["limits"])
        self.number: int = head["task"]
        files = tuple((name, other) for name, other in head["files"])
        names = head["entry_point"], head["preamble"], head["language"], head["entry_file"]
        self.task = Task(text, mode, limits, *names, files)
        self.language = LANGUAGES[self.task.language]
        self.failure: Outcome | None = None  # of its compilation
        self._compile_limits = Limits(**head["compile_limits"])
        self._fuse: int = head["fuse"]
        self._keep(self._artefact(body) if self.is_compiled else self._sources())

    def _keep(self, content: bytes | memoryview) -> None:
        self.file = sealed("code", content)
        self._bytes = len(content)

    def _artefact(self, compiled: bytes | memoryview) -> bytes | memoryview:
        """Return what a process gets of compiled code: what calls a function has to know its name, too."""
        if self.language.is_executed and self.task.mode is Mode.FUNCTION:
            return marshal.dumps((bytes(compiled), self.task.preamble, self.task.entry_point))
        return compiled

    def _sources(self) -> bytes:
        task = self.task
        files = [(name, text.encode("utf-8", "surrogatepass")) for name, text in task.files]
        return marshal.dumps((task.source, task.entry_file, files, task.preamble, task.entry_point))

    @property
    def needs_compiling(self) -> bool:
        """Return whether the next process only compiles the program."""
        return self.language.is_executed and not self.is_compiled

    @property
    def is_function(self) -> bool:
        """Return whether the next process answers calls."""
        return self.task.mode is Mode.FUNCTION and not self.needs_compiling

    @property
    def is_live(self) -> bool:
        """Return whether the next process reads and prints while the worker listens."""
        return self.task.mode is Mode.INTERACTIVE and not self.needs_compiling

    @property
    def has_gate(self) -> bool:
        """Return whether the runtime of the next process can start before the program begins."""
        return bool(self.language.gate) and self.is_compiled and self.task.mode is Mode.STDIN

    @property
    def is_timed_outside(self) -> bool:
        """Return whether the worker keeps the clock of the program: what is enforced in here is a fuse."""
        return self._fuse > 1

    @property
    def limits(self) -> Limits:
        """Return the limits of the next process."""
        return self._compile_limits if self.needs_compiling else self.task.limits

    @property
    def enforced_limits(self) -> Limits:
        """Return the limits that are enforced in here: those of time are a fuse where the worker keeps the clock."""
        limits = self.limits
        if not self.is_timed_outside:
            return limits
        return dataclasses.replace(limits, cpu_s=self._fuse * limits.cpu_s, wall_s=self._fuse * limits.wall_s)

    def replace(self, compiled: bytes) -> None:
        """Keep compiled code in place of the source."""
        self.close()
        self._keep(self._artefact(compiled))
        self.is_compiled = True

    def order(self, pid: int, scratch: str, beside_bytes: int = 0) -> Order:
        """Return the first order for a process of this task."""
        limits = self.enforced_limits
        return Order(
            pid=pid,
            goes=False,
            language=self.task.language,
            is_function=self.is_function,
            is_compiled=self.is_compiled,
            code_bytes=self._bytes,
            reserved_bytes=self.language.reserved_bytes,
            memory_bytes=int(limits.memory_bytes),
            processes=int(limits.processes),
            cpu_s=limits.cpu_s,
            scratch=scratch,
            beside_bytes=beside_bytes,
            has_gate=self.has_gate and not beside_bytes,
        )

    def close(self) -> None:
        """Close the file."""
        os.close(self.file)


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
