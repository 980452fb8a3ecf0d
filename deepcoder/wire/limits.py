"""Say how a program is run, and what one execution of it may use.

Runs: on both sides of the wall, with the standard library only.
"""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from enum import Enum

LEAST_MEMORY_BYTES = 20 << 20  # an empty program was seen to take 14 to 17 MiB


class Mode(str, Enum):
    """Name how a program meets a test."""

    STDIN = "stdin"  # the whole program runs once per test, with the input on its standard input
    FUNCTION = "function"  # the program is loaded once, then its entry point is called per test
    INTERACTIVE = "interactive"  # the whole program runs once per test, and talks to another program while it runs

    __str__ = str.__str__


@dataclass(frozen=True)
class Limits:
    """Limit what one execution may use: one run of a program in stdin mode, one call in function mode."""

    cpu_s: float = 6.0
    wall_s: float = 0.0  # 0 means twice cpu_s; time spent waiting for a free processor does not count
    memory_bytes: int = 1 << 30
    output_bytes: int = 16 << 20
    processes: int = 64  # threads count as processes, as they do for the kernel

    def __post_init__(self) -> None:
        if self.wall_s == 0:
            object.__setattr__(self, "wall_s", 2 * self.cpu_s)
        for field in dataclasses.fields(self):
            if not 0 < getattr(self, field.name) <= sys.float_info.max:  # an int may be above it, and finite
                raise ValueError(f"limits.{field.name} must be above 0, and finite")
        if self.memory_bytes < LEAST_MEMORY_BYTES:
            raise ValueError(
                f"limits.memory_bytes is {self.memory_bytes}, and must be at least {LEAST_MEMORY_BYTES}: an empty "
                "program needs nearly as much"
            )


COMPILE_LIMITS = Limits(cpu_s=30.0, memory_bytes=2 << 30, output_bytes=64 << 20)  # of a compiler and its children
