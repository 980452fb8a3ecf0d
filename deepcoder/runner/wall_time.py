"""The wall time that counts against a program's limit: all but what its threads waited for a processor.

Runs: inside the sandbox, in the supervisor. No I/O and no clock of its own, so a test can play any load.

The kernel adds a thread's wait to the thread's account only when the wait is over. So a look at a thread finds one of
two things. Either the thread has got a processor since the last look, and its account is complete up to then. Or the
thread still waits, and seems to have waited since its last turn: this part is counted for now, and replaced by the
account later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NO_ACCOUNT = -1  # in place of a number of turns, where the kernel keeps no account of waits
LONGEST_GAP_S = 0.1  # between two looks; in the rest of a longer gap the supervisor itself got no processor


class ThreadTimes(NamedTuple):
    """Hold what the kernel says of one thread."""

    wants_processor: bool  # it runs, or waits in a run queue
    cpu_s: float = 0.0
    queued_s: float = 0.0  # in run queues, without the wait that is not over yet
    turns: int = NO_ACCOUNT  # how often it got a processor


class _Seen(NamedTuple):
    """One thread at the last look."""

    times: ThreadTimes
    turn_s: float  # its last turn began after this time
    turn_cpu_s: float  # its CPU time then
    waits_s: float  # how long it seems to wait


class WallTime:
    """The wall time of one execution.

    The mutable state: the time so far, the parts of it that do not count, and what was seen of each thread.
    """

    def __init__(self, most_believed_s: float) -> None:
        """Count from now on. `most_believed_s` limits the waits that are seen but are in no account."""
        self.charged_s = 0.0
        self._most_believed_s = most_believed_s
        self._now_s = 0.0
        self._used_s = 0.0
        self._queued_s = 0.0
        self._believed_s = 0.0
        self._threads: dict[int, _Seen] = {}

    def restart(self) -> None:
        """Count for a new execution of the same process."""
        self.charged_s = self._now_s = self._used_s = self._queued_s = self._believed_s = 0.0
        self._threads = {
            thread: _Seen(seen.times, 0.0, seen.times.cpu_s, 0.0) for thread, seen in self._threads.items()
        }

    def look(self, gap_s: float, used_s: float, threads: Mapping[int, ThreadTimes]) -> None:
        """Charge for the seconds since the last look.

        `used_s` is the CPU time of this execution so far, of all processes together; `threads` are all their threads.
        """
        last_s, gap_s = self._now_s, min(gap_s, LONGEST_GAP_S)
        self._now_s += gap_s
        idle_s = max(0.0, gap_s - max(0.0, used_s - self._used_s))
        self._used_s = used_s
        before = self._threads
        self._threads = {
            thread: _seen(times, before.get(thread), last_s, self._now_s) for thread, times in threads.items()
        }
        self._queued_s += max(
            (_queued_s(seen.times, before.get(thread), last_s, self._now_s) for thread, seen in self._threads.items()),
            default=0.0,
        )
        # A thread that has ended took its account with it, and some kernels keep none.
        ended_s = max((seen.waits_s for thread, seen in before.items() if thread not in threads), default=0.0)
        is_seen = any(times.wants_processor and times.turns == NO_ACCOUNT for times in threads.values())
        believed_s = idle_s if is_seen else 0.0
        self._believed_s = min(self._believed_s + max(ended_s, believed_s), self._most_believed_s)
        waits_s = max((seen.waits_s for seen in self._threads.values()), default=0.0)
        counted_s = self._now_s - self._queued_s - self._believed_s - waits_s
        self.charged_s = min(self._now_s, max(counted_s, used_s))


def _queued_s(times: ThreadTimes, seen: _Seen | None, last_s: float, now_s: float) -> float:
    """Return how long the thread waited, by its account, in waits that have ended since the last look."""
    if seen is None:
        return min(times.queued_s, now_s - last_s)
    return min(times.queued_s - seen.times.queued_s, now_s - seen.turn_s)


def _seen(times: ThreadTimes, seen: _Seen | None, last_s: float, now_s: float) -> _Seen:
    turn_s, turn_cpu_s = last_s, 0.0 if seen is None else seen.times.cpu_s
    if seen is not None and times.turns == seen.times.turns:
        turn_s, turn_cpu_s = seen.turn_s, seen.turn_cpu_s
    waits_s = 0.0
    if times.wants_processor and times.turns != NO_ACCOUNT:
        waits_s = max(0.0, now_s - turn_s - (times.cpu_s - turn_cpu_s))
    return _Seen(times, turn_s, turn_cpu_s, waits_s)
