"""Derive the limits of a program from those of its problem, which may have been made for another language.

Runs: GPU node and worker node. The table of languages has the figures.
"""

from __future__ import annotations

import dataclasses

from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.limits import Limits


def in_language(limits: Limits, made_for: str, name: str) -> Limits:
    """Return the limits of a program in the language `name`.

    Time that was made for a faster language grows by the factor between the two, and by the start of the runtime. It
    never shrinks. Where `made_for` is empty, the time is for every language. The memory of a runtime is not the
    program's: it comes on top. A sandbox has room for that beside the largest limit that it accepts.
    """
    row = LANGUAGES[name]
    memory_bytes = limits.memory_bytes + row.runtime_bytes
    if not made_for:
        return dataclasses.replace(limits, memory_bytes=memory_bytes)
    base = LANGUAGES[made_for]
    cpu_s = (limits.cpu_s - base.start_s) * row.time_factor / base.time_factor + row.start_s
    growth = max(1.0, cpu_s / limits.cpu_s)
    return dataclasses.replace(
        limits, cpu_s=limits.cpu_s * growth, wall_s=limits.wall_s * growth, memory_bytes=memory_bytes
    )
