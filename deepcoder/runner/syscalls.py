"""The system calls that a program may not make, as a filter that the kernel runs (seccomp(2), classic BPF).

Runs: inside the sandbox, in the keeper, which needs none of them itself. Every program inherits the filter by being
forked, at no cost, and none can take it off. It is the same in every kind of sandbox, beneath an engine's own.

ENDS holds what only an attack on the kernel or on a neighbour would call: it ends the process with SIGSYS, which tells.
REFUSED holds what an honest library may try before it does without: it fails as on a kernel that has no such thing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct

# Each call's number on each of MACHINES; None where it does not exist.
MACHINES = ("x86_64", "aarch64")
ENDS: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "vmsplice": (278, 75),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
}
REFUSED: dict[str, tuple[int, int, int]] = {
    "clone3": (435, 435, errno.ENOSYS),  # its flags are out of a filter's sight; the C library falls back to clone
    "io_uring_setup": (425, 425, errno.ENOSYS),  # some builds of Node try it first
    "memfd_create": (319, 279, errno.ENOSYS),  # memory that is no process's, so that no one's limit would meet it
    "memfd_secret": (447, 447, errno.ENOSYS),
    "shmget": (29, 194, errno.ENOSPC),  # these three outlive a program
    "msgget": (68, 186, errno.ENOSPC),
    "semget": (64, 190, errno.ENOSPC),
    "mq_open": (240, 180, errno.EMFILE),  # so does this, where its limit cannot be set
    "sched_setscheduler": (144, 119, errno.EPERM),  # waiting for a processor is free, so waiting longer must not be
    "sched_setattr": (314, 274, errno.EPERM),
    "setpriority": (141, 140, errno.EPERM),
}

# gVisor never frees what sockets carry in circles, so that no descriptor may be sent there.
SENDS: dict[str, tuple[int, int, int]] = {"sendmsg": (46, 211, errno.EPERM), "sendmmsg": (307, 269, errno.EPERM)}

_ARCHITECTURES = (0xC000003E, 0xC00000B7)  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
_CLONE, _SOCKET, _MMAP, _SIGACTION, _SECCOMP = (56, 220), (41, 198), (9, 222), (13, 134), (317, 277)
_PRLIMIT, _IOCTL = (302, 261), (16, 29)
_X32 = 0x40000000  # the second set of calls that x86_64 kernels may have
_NEW_NAMESPACES = 0x7E020000  # clone(2): CLONE_NEWNS, -CGROUP, -UTS, -IPC, -USER, -PID, -NET
_AF_UNIX = 1
_FIONBIO = 0x5421  # ioctl(2)
_SHARED, _ANONYMOUS = 0x01, 0x20  # mmap(2)

# struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits, of which the low half counts
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_LOAD, _AND, _IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, _ERRNO + the number
_KILL_PROCESS, _TRAP = 0x80000000, 0x00030000  # SECCOMP_RET_*
_SET_MODE_FILTER, _SPEC_ALLOW = 1, 1 << 2  # without the flag some kernels slow the whole program down
_GET_ACTION_AVAIL = 2

_LIBC = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def forbid(shared_memory: bool) -> bool:
    """Put this process and all that it forks under the filter; False where there is none for this kind of machine.

    The process must have given up new privileges (PR_SET_NO_NEW_PRIVS).

    `shared_memory`: whether programs may have it without a file. It stays used when nobody maps it any more, so it is
    for sandboxes whose cgroup counts it.

    Raises:
        OSError: The kernel takes no filter.
    """
    if (machine := os.uname().machine) not in MACHINES:
        return False
    column = MACHINES.index(machine)
    killing = ctypes.byref(ctypes.c_uint32(_KILL_PROCESS))
    # gVisor does not say that it has this action, and ends only the thread.
    kills = _LIBC.syscall(_SECCOMP[column], _GET_ACTION_AVAIL, 0, killing) == 0
    code = _code(column, shared_memory, _KILL_PROCESS if kills else _TRAP)
    program = ctypes.byref(_Filter(len(code) // 8, code))
    for flags in (_SPEC_ALLOW, 0):  # gVisor knows no flags
        if _LIBC.syscall(_SECCOMP[column], _SET_MODE_FILTER, flags, program) == 0:
            return True
    raise OSError(ctypes.get_errno(), "seccomp")


def _code(column: int, shared_memory: bool, end: int) -> bytes:
    """Return the filter. `end` is the action that ends a process; a trap does so while the signal has no handler."""
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_IF_EQUAL, _ARCHITECTURES[column], then=1),
        _step(_RETURN, end),
        _step(_LOAD, _NUMBER),
        _step(_IF_ANY_BIT, _X32, otherwise=1),
        _step(_RETURN, end),
    ]
    for numbers in ENDS.values():
        code += _when(numbers[column], end)
    for *refused, error in [*REFUSED.values(), *(SENDS.values() if end == _TRAP else ())]:
        code += _when(refused[column], _FAIL | error)
    code += _when_argument(_CLONE[column], 0, [_step(_IF_ANY_BIT, _NEW_NAMESPACES, otherwise=1)], end)
    code += _when_argument(_SOCKET[column], 0, [_step(_IF_EQUAL, _AF_UNIX, then=1)], _FAIL | errno.EAFNOSUPPORT)
    # Of its own limits only, called 0: the runner, which every program inherits them from, may be of the same user.
    code += _when_argument(_PRLIMIT[column], 0, [_step(_IF_EQUAL, 0, then=1)], _FAIL | errno.EPERM)
    # A child that nobody waits for takes the account of its processor time with it, so SIGCHLD stays as it is.
    # So does the signal of a trap.
    test = [
        *([_step(_IF_EQUAL, signal.SIGSYS, then=1)] if end == _TRAP else []),
        _step(_IF_EQUAL, signal.SIGCHLD, otherwise=5),
        _step(_LOAD, _ARGUMENTS + 8),
        _step(_IF_EQUAL, 0, otherwise=2),
        _step(_LOAD, _ARGUMENTS + 12),
        _step(_IF_EQUAL, 0, then=1),
    ]
    code += _when_argument(_SIGACTION[column], 0, test, _FAIL)
    # Node would not wait for its standard output, and process.exit() drop what the pipe does not take at once.
    test = [_step(_IF_EQUAL, 1, otherwise=3), _step(_LOAD, _ARGUMENTS + 8), _step(_IF_EQUAL, _FIONBIO, otherwise=1)]
    code += _when_argument(_IOCTL[column], 0, test, _FAIL)
    if not shared_memory:
        both = _SHARED | _ANONYMOUS
        test = [_step(_AND, both), _step(_IF_EQUAL, both, otherwise=1)]
        code += _when_argument(_MMAP[column], 3, test, _FAIL | errno.EPERM)
    code.append(_step(_RETURN, _ALLOW))
    return b"".join(code)


def _step(operation: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """Return one step of the filter, a struct sock_filter; `then` and `otherwise` say how many steps to pass over."""
    return struct.pack("=HBBI", operation, then, otherwise, value)


def _when(number: int | None, action: int) -> list[bytes]:
    return [] if number is None else [_step(_IF_EQUAL, number, otherwise=1), _step(_RETURN, action)]


def _when_argument(number: int, position: int, test: list[bytes], action: int) -> list[bytes]:
    """Return the steps that judge an argument of a call: `test` ends in a jump over one step to allow the call."""
    body = [_step(_LOAD, _ARGUMENTS + 8 * position), *test, _step(_RETURN, action), _step(_RETURN, _ALLOW)]
    return [_step(_IF_EQUAL, number, otherwise=len(body)), *body]
