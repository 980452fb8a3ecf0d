"""The program of the current task, as its processes get it: a sealed file with the source, later with compiled code.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import marshal
import os
from typing import Any, Mapping

from ..wire.languages import LANGUAGES
from ..wire.limits import Limits, Mode
from ..wire.messages import Task
from .channel import Order
from .memory_files import sealed


class TaskCode:
    """A task and its file. The mutable state: the file, which the first process replaces with what it has compiled."""

    def __init__(self, head: Mapping[str, Any], source: bytes | memoryview) -> None:
        """Take the task out of a request to load it."""
        text = str(source, "utf-8", "surrogatepass")
        mode, limits = Mode(head["mode"]), Limits(**head["limits"])
        self.number: int = head["task"]
        self.task = Task(text, mode, limits, head["entry_point"], head["preamble"], head["language"])
        self.is_function = mode is Mode.FUNCTION
        self.is_compiled = False
        self._keep(marshal.dumps((text, self.task.preamble, self.task.entry_point)))

    def _keep(self, content: bytes) -> None:
        self.file = sealed("code", content)
        self._bytes = len(content)

    def replace(self, compiled: bytes) -> None:
        """Keep compiled code in place of the source."""
        self.close()
        self._keep(compiled)
        self.is_compiled = True

    def order(self, pid: int, scratch: str) -> Order:
        """Return the first order for a process of this task."""
        limits = self.task.limits
        return Order(
            pid=pid,
            goes=False,
            language=self.task.language,
            is_function=self.is_function,
            is_compiled=self.is_compiled,
            code_bytes=self._bytes,
            reserved_bytes=LANGUAGES[self.task.language].reserved_bytes,
            memory_bytes=int(limits.memory_bytes),
            processes=int(limits.processes),
            cpu_s=limits.cpu_s,
            scratch=scratch,
        )

    def close(self) -> None:
        """Close the file."""
        os.close(self.file)
