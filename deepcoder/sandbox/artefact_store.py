"""The artefacts that the sandboxes of a node have compiled, as files: for its other workers, and for later runs.

Runs: worker node. A file holds the work of an untrusted program's compilation: bytes that are only moved here, and only
executed within the confinement of a program. It is a digest, then the artefact. A file that is cut short or damaged is
removed. Where the folder cannot be used, nothing is kept here.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import logging
import os
import tempfile
from pathlib import Path

from deepcoder import user_cache

log = logging.getLogger(__name__)

STORE_BYTES = 1 << 30
EVICT_EVERY_BYTES = 1 << 26  # a worker that has added so much looks how large the folder is
LEAST_COUNTED_BYTES = 1 << 16  # a smaller file counts as this, so that there are never too many to look through
NO_LOCK = -1
_DIGEST = hashlib.sha256
_DIGEST_BYTES = _DIGEST().digest_size


class ArtefactStore:
    """A folder of artefacts, by key. Any number of processes use it at once.

    The mutable state: whether the folder can be used, and the bytes added since the last look at its size.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_usable = True
        self._added_bytes = EVICT_EVERY_BYTES  # many workers live too shortly to add so much
        try:
            if not folder.is_absolute():
                raise FileNotFoundError("this user has no home")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                raise PermissionError(f"{folder} belongs to another user")
            folder.chmod(0o700)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        log.warning("artefacts of compilers are kept in memory only: %s", error)
        self._is_usable = False

    def find(self, key: bytes) -> bytes | None:
        """Return the artefact, and mark it as used now; None where there is none."""
        if not self._is_usable:
            return None
        path = self._folder / key.hex()
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        artefact = content[_DIGEST_BYTES:]
        if _DIGEST(artefact).digest() == content[:_DIGEST_BYTES]:
            return artefact
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def keep(self, key: bytes, artefact: bytes) -> None:
        """Add an artefact. A process that reads meanwhile finds all of it or nothing."""
        if not self._is_usable:
            return
        try:
            file, name = tempfile.mkstemp(dir=self._folder)
            try:
                with open(file, "wb") as opened:
                    opened.write(_DIGEST(artefact).digest())
                    opened.write(artefact)
                os.replace(name, self._folder / key.hex())
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            self._give_up(error)
            return
        self._added_bytes += max(len(artefact), LEAST_COUNTED_BYTES)
        if self._added_bytes >= EVICT_EVERY_BYTES:
            self._added_bytes = 0
            _evict(self._folder)

    def lock(self, key: bytes) -> int | None:
        """Return a lock on the key, to be given to `unlock`; None where another sandbox of the node has it.

        It is a descriptor, so it ends with this process. Where the folder cannot be used it is `NO_LOCK`.
        """
        if not self._is_usable:
            return NO_LOCK
        try:
            file = os.open(self._lock_path(key), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # whether the folder can be used is for `keep` to say
            return NO_LOCK
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except OSError:  # the file system has no locks
            os.close(file)
            return NO_LOCK
        return file

    def unlock(self, key: bytes, lock: int) -> None:
        """Release a lock. A process that has opened its file but not locked it yet gets a lock that no other sees."""
        if lock == NO_LOCK:
            return
        with contextlib.suppress(OSError):
            os.unlink(self._lock_path(key))
        os.close(lock)

    def _lock_path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()}.lock"


def _evict(folder: Path) -> None:
    """Remove the files that were used least recently, until the rest is small enough; among them what a crash left."""
    files = []
    for entry in os.scandir(folder):
        with contextlib.suppress(OSError):  # another worker has evicted it
            found = entry.stat(follow_symlinks=False)
            files.append((found.st_mtime, max(found.st_size, LEAST_COUNTED_BYTES), entry.path))
    files.sort()
    surplus = sum(size for _, size, _ in files) - STORE_BYTES
    for _, size, path in files:
        if surplus <= 0:
            return
        with contextlib.suppress(OSError):
            os.unlink(path)
        surplus -= size


def store_of_node() -> ArtefactStore:
    """Return the store of this node's user."""
    return _store_in(user_cache.folder("artefacts"))


@functools.cache
def _store_in(folder: Path) -> ArtefactStore:
    """Return the one store of this process in the folder, so that one which cannot be used is reported once."""
    return ArtefactStore(folder)
