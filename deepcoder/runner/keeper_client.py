"""A keeper as the supervisor sees it.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import signal
import socket
import struct
from collections.abc import Iterable
from typing import Any

from . import orphans, procfs
from .cgroup import Cgroup
from .keeper import HAS_PIDFDS, MESSAGE_BYTES, Exit

CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, user, group


class KeeperClient:
    """The supervisor's ends of a keeper's sockets, and what of its memory every program inherits.

    The mutable state: its process, and the sizes of the keeper, which grow when it imports libraries.
    """

    def __init__(
        self,
        channel: socket.socket,
        orders: socket.socket,
        scratch_root: str,
        cgroup: Cgroup | None,
        keepers: Iterable[KeeperClient],
        has_own_numbers: bool = False,
    ) -> None:
        """Take the sockets of a keeper. `keepers` will be all that there are. `has_own_numbers`: see `view`."""
        self.channel = channel
        self.orders = orders
        self.pid = self.own_pid = 0  # of the keeper; of its process, as that knows it
        self._gets_orphans = orphans.REACH_WHO_ASKS or has_own_numbers
        self._has_own_numbers = has_own_numbers
        if has_own_numbers:
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._keepers = keepers
        self.scratch_root = scratch_root
        self.cgroup = cgroup  # the sandbox's, where there is one
        self.first_resident_bytes = 0
        self.mapped_bytes = 0
        self.growth_bytes = 0  # by libraries that it imported for some programs, and files in full: no program's
        self._first_own_bytes = 0
        # gVisor counts files in full. There the process in waiting shows what programs inherit, and what is of files.
        self.counts_files_in_full = self._measures_forks = False

    def close(self) -> None:
        """Close the sockets, which ends the keeper, unless it waits for a program without hearing of it."""
        self.channel.close()
        self.orders.close()

    def end(self) -> None:
        """End the keeper, and wait until it has ended."""
        self.close()
        if not HAS_PIDFDS:
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # `orphans.bury` has waited
            os.waitpid(self.pid, 0)

    def wait_until_ready(self) -> None:
        """Wait until the first process waits for an order, and note the size of the keeper.

        Raises:
            RuntimeError: The keeper has ended instead.
        """
        self._receive(socket.MSG_PEEK)
        self.mapped_bytes, self.first_resident_bytes, self._first_own_bytes = self._sizes(self.pid)
        self._measures_forks = self.counts_files_in_full = self._first_own_bytes == self.first_resident_bytes

    def _sizes(self, pid: int) -> tuple[int, int, int]:
        """Return the bytes that are mapped; those resident; and of the latter those that are of no file.

        Programs inherit the last. Of files each process has what it uses. gVisor does not tell here what is of files.
        """
        pages = map(int, procfs.read_proc(f"/proc/{pid}/statm").split())
        mapped, resident, of_files, *_ = (count * procfs.PAGE_BYTES for count in pages)
        return mapped, resident, resident - of_files

    @property
    def parent_of_orphans(self) -> int:
        """Return the process whose children a program's processes become when their parent has ended."""
        return self.pid if self._gets_orphans else os.getpid()

    def family(self) -> dict[int, list[str]]:
        """Return the stat fields of the keeper's descendants, and of a program's orphans and theirs, by pid."""
        if self._gets_orphans:
            return procfs.descendants(self.pid)
        family = procfs.descendants(os.getpid())
        for each in self._keepers:
            family.pop(each.pid, None)
            if each is not self:
                others = {pid for pid, fields in family.items() if int(fields[procfs.PARENT]) == each.pid}
                family = {pid: fields for pid, fields in family.items() if pid not in others}
        return family

    @property
    def inherited_bytes(self) -> int:
        """Return what is resident in a process that has just been forked."""
        return self.first_resident_bytes + self.growth_bytes

    def next_process(self) -> tuple[int, int | None]:
        """Return the pid and the user of the process that waits for an order."""
        if self._has_own_numbers:
            data, ((_, _, credentials),), *_ = self.channel.recvmsg(MESSAGE_BYTES, socket.CMSG_SPACE(CREDENTIALS.size))
            pid = CREDENTIALS.unpack(credentials)[0]
            self.own_pid, uid = marshal.loads(data)
        else:
            pid, uid = self._receive()
            self.own_pid = pid
        if self._measures_forks:
            self._measures_forks = False
            resident_bytes = self._sizes(pid)[1]
            if not self.growth_bytes:
                self.first_resident_bytes = procfs.bytes_but_for_files(pid)
            self.growth_bytes = max(0, resident_bytes - self.first_resident_bytes)
        return pid, uid

    def receive_exit(self, flags: int) -> Exit | None:
        """Return what the process was, or None if it has not ended yet. `flags` are those of recv(2)."""
        try:
            return Exit(*self._receive(flags))
        except BlockingIOError:
            return None

    def _receive(self, flags: int = 0) -> Any:
        data = self.channel.recv(MESSAGE_BYTES, flags)
        if not data:
            raise RuntimeError("the keeper is gone")
        return marshal.loads(data)

    def kill(self, pid: int) -> None:
        """Have the keeper kill the process that `next_process` told of last; or tell it why, and do so from here."""
        self._end_process(pid, {"kill": self.own_pid})

    def _end_process(self, pid: int, message: dict[str, Any]) -> None:
        self.channel.send(marshal.dumps(message))
        if not HAS_PIDFDS:
            with contextlib.suppress(ProcessLookupError):  # it has ended
                os.kill(pid, signal.SIGKILL)

    def start_import(self, language: str, libraries: Iterable[str]) -> None:
        """Have the keeper import libraries. The process that waits ends: it was forked before."""
        pid, _ = self.next_process()
        self._end_process(pid, {"import": (language, sorted(libraries))})

    def has_imported(self, timeout_s: float) -> bool:
        """Return whether the keeper has imported the libraries within the time; true once for each import."""
        if not select.select([self.channel], [], [], timeout_s)[0]:
            return False
        self._receive()
        self.mapped_bytes, _, own_bytes = self._sizes(self.pid)
        if self.counts_files_in_full:
            self._measures_forks = True
        else:
            self.growth_bytes = max(0, own_bytes - self._first_own_bytes)
        return True
