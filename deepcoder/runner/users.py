"""The users that programs become: one for each program, where this process may become any.

Runs: inside the sandbox, in the supervisor, before it forks a keeper.
"""

from __future__ import annotations

import os
import random


def available_uids() -> range | None:
    """Return users that programs can become, or None where there is only ours.

    A random stretch of them: RLIMIT_NPROC counts per user across all containers of a kernel, so two must not share one.
    """
    with open("/proc/self/uid_map") as rows:
        end = max(int(first) + int(count) for first, _, count in map(str.split, rows))
    if os.geteuid() != 0 or end < 1 << 15 or not _can_change_user():
        return None
    return some_uids(end)


def some_uids(end: int) -> range:
    """Return a random half of the users below `end`, or fewer; where there are many, those that no machine uses."""
    first, last = (1 << 20 if end > 1 << 22 else 1000), min(end, 1 << 30)
    count = min(1 << 20, (last - first) // 2)
    first = random.SystemRandom().randrange(first, last - count)
    return range(first, first + count)


def halves(uids: range) -> tuple[range, range]:
    """Return the users of each of two keepers. The one before the first is of neither: see `orphans.kill_all`."""
    middle = uids[len(uids) // 2]
    return range(uids.start + 1, middle), range(middle + 1, uids.stop)


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
