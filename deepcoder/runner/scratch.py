"""The folders that programs may write to: what is free in their file system, and how they are emptied.

Runs: inside the sandbox, in the keeper.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import resource
import socket
import time
from dataclasses import dataclass

SHARED_MEMORY = "shm"  # the folder that /dev/shm is a link to
MOST_FILES = 16384  # that programs may have
CLEAR_S = 5.0  # files that stay in use for longer cost the sandbox
EMPTY_CPU_S = 20  # so do files that take longer to delete, which are very many


def folders_of(root: str, uid: int | None, pid: int) -> tuple[str, str]:
    """Return the scratch folder of one process, and the folder that it finds as /dev/shm, which is at one place."""
    return f"{root}/{uid or pid}", f"{root}/{SHARED_MEMORY}"


def uncounted_files(root: str) -> int:
    """Return how many files there are where no limit of the file system refuses too many, as in Podman; else 0."""
    if _limits_files(root):
        return 0
    space = os.statvfs(root)
    return space.f_files - space.f_ffree if space.f_files else _files_below(root)


def _files_below(root: str) -> int:
    """Return how many files there are where the file system has no count, as in gVisor; at most one too many.

    A program can hide some of them for a while, by giving folders other names all the time.
    """
    found, folders = 0, [root]
    while folders:
        try:
            with os.scandir(folders.pop()) as files:
                for file in files:
                    found += 1
                    if found > MOST_FILES:
                        return found
                    if file.is_dir(follow_symlinks=False):
                        folders.append(file.path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # below a path of this length may be any number
                return MOST_FILES + 1
    return found


@functools.cache
def _limits_files(root: str) -> bool:
    """Return whether the file system limits files, or cannot tell those of programs."""
    return not os.path.ismount(root) or 0 < os.statvfs(root).f_files <= MOST_FILES


@dataclass(frozen=True)
class ScratchSpace:
    """The file system that holds all folders of programs, and what is free in it when there are none."""

    root: str
    blocks: int = 0
    inodes: int = 0

    @classmethod
    def baseline(cls, root: str, keepers: int) -> ScratchSpace:
        """Return what is free before the first program. Each other keeper may have two empty folders at any time."""
        if not os.path.ismount(root):  # others use it too, and what is free in it tells nothing
            return cls(root)
        space = os.statvfs(root)
        return cls(root, space.f_bfree, space.f_ffree - 2 * (keepers - 1))

    def is_clear(self) -> bool:
        """Return whether as much is free as at first."""
        space = os.statvfs(self.root)
        return space.f_bfree >= self.blocks and space.f_ffree >= self.inodes

    def clear(self, may_be_written: bool) -> bool:
        """Make the file system as it was at first; return whether a program had left something beside its folder.

        `may_be_written` says whether programs may write there. Where they may not, what is there belongs to the other
        keeper's program, and that keeper removes it.

        Raises:
            RuntimeError: Something stays in use.
        """
        attributes = os.listxattr(self.root) if may_be_written else []
        for name in attributes:
            os.removexattr(self.root, name)
        if self.is_clear():
            return bool(attributes)
        has_strangers = may_be_written and bool(attributes or os.listdir(self.root))
        if has_strangers:
            _empty(self.root, None)
            os.chmod(self.root, 0o711)
        deadline = time.monotonic() + CLEAR_S
        while not self.is_clear():
            if time.monotonic() > deadline:
                raise RuntimeError("what a program left in files could not be freed")
            # Files sent through a socket that nobody reads live on until the kernel looks for such, when one closes.
            for end in socket.socketpair():
                end.close()
            time.sleep(0.001)
        return has_strangers


def remove(folder: str, uid: int | None) -> bool:
    """Delete the folder; return whether there was one. Its owner empties it first: root may not enter it."""
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return False
    except NotADirectoryError:  # a program of our own user has put something else there
        os.unlink(folder)
    except OSError:
        _empty(folder, uid)
        os.rmdir(folder)
    return True


def _empty(folder: str, uid: int | None) -> None:
    """Delete what is in the folder, as its owner, in a process of its own."""
    cleaner = os.fork()
    if cleaner == 0:
        try:
            if uid is not None:
                os.setresuid(uid, uid, uid)
            resource.setrlimit(resource.RLIMIT_CPU, (EMPTY_CPU_S, EMPTY_CPU_S))
            _delete_all(folder)
        finally:
            os._exit(0)
    os.waitpid(cleaner, 0)


def _delete_all(folder: str) -> None:
    """Delete what is in the folder, however deep and however closed: inner folders are moved up first."""
    os.chmod(folder, 0o700)
    os.chdir(folder)
    moved = 0
    while names := os.listdir():
        for name in names:
            with contextlib.suppress(IsADirectoryError):  # to ask first would cost more
                os.unlink(name)
                continue
            os.chmod(name, 0o700)
            for inner in os.listdir(name):
                path = os.path.join(name, inner)
                if os.path.islink(path) or not os.path.isdir(path):
                    os.unlink(path)
                else:
                    os.chmod(path, 0o700)
                    while os.path.lexists(f"moved-{moved}"):
                        moved += 1
                    os.rename(path, f"moved-{moved}")
            os.rmdir(name)
