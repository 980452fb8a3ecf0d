"""The artefacts of the programs that one sandbox is given: from its memory, or from the store of its node.

Runs: worker node. An artefact is the work of an untrusted program's compilation: bytes that only a sandbox executes.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping

from deepcoder.lru import Lru
from deepcoder.sandbox.artefact_store import NO_LOCK, store_of_node
from deepcoder.sandbox.stream import runner_digest
from deepcoder.wire.languages import Language
from deepcoder.wire.messages import Task

ARTEFACT_CACHE_BYTES = 256 << 20
LOCK_POLL_S = 0.02


class Artefacts:
    """A cache of artefacts, with the store of the node behind it.

    The mutable state: the artefacts in memory, by key, and the lock on the key that is compiled here now.
    """

    def __init__(self, platform: str, versions: Mapping[str, str]) -> None:
        """Have none yet. `platform` (image, or interpreter and machine) and `versions` are those of the sandbox."""
        self._artefacts: Lru[bytes, bytes] = Lru(ARTEFACT_CACHE_BYTES)
        self._store = store_of_node()
        self._platform = platform
        self._versions = versions
        self._locked = (b"", NO_LOCK)

    def find(self, row: Language, task: Task) -> bytes | None:
        """Return what was compiled from the task's program, or None."""
        return self._find(self._key(row, task)) if row.is_executed else None

    def _find(self, key: bytes) -> bytes | None:
        found = self._artefacts.find(key)
        if found is None:
            found = self._store.find(key)
            if found is not None:
                self._artefacts.keep(key, found, len(found))
        return found

    def keep(self, row: Language, task: Task, artefact: bytes) -> None:
        """Keep what was compiled from the task's program."""
        key = self._key(row, task)
        self._artefacts.keep(key, artefact, len(artefact))
        self._store.keep(key, artefact)
        self.unlock()

    def lock(self, row: Language, task: Task, timeout_s: float, stop: threading.Event | None) -> None:
        """Let no other sandbox of the node compile the task's program until `unlock`, unless it is compiled already.

        Where another does so now, wait for it, at most so long and until `stop` is set. If it makes no artefact, this
        sandbox compiles without the lock: several that wait for a program that does not compile would take turns.
        """
        if not row.is_executed:
            return
        key, deadline = self._key(row, task), time.monotonic() + timeout_s
        has_waited = False
        while self._find(key) is None:
            lock = self._store.lock(key)
            if lock is not None:
                self._locked = key, lock
                if has_waited or self._find(key) is not None:
                    self.unlock()
                return
            if time.monotonic() > deadline or (stop is not None and stop.is_set()):
                return
            has_waited = True
            time.sleep(LOCK_POLL_S)

    def unlock(self) -> None:
        """Give back the lock, where there is one."""
        (key, lock), self._locked = self._locked, (b"", NO_LOCK)
        self._store.unlock(key, lock)

    def _key(self, row: Language, task: Task) -> bytes:
        """Return a digest of all that an artefact depends on."""
        place = self._platform, self._versions.get(row.name), runner_digest()
        rest = repr((place, row, task.entry_file, task.files)).encode()
        return hashlib.sha256(rest + task.source.encode("utf-8", "surrogatepass")).digest()
