# System V shared memory, message queue and semaphores.
# refused: docker process gvisor
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
KEY, CREATE = 0x1EF7, 0o1666


def leave():
    return max(LIBC.shmget(KEY, 4096, CREATE), LIBC.msgget(KEY, CREATE), LIBC.semget(KEY, 1, CREATE)) >= 0


def look():
    found = [each for each in (LIBC.shmget(KEY, 0, 0), LIBC.msgget(KEY, 0), LIBC.semget(KEY, 0, 0)) if each >= 0]
    if not os.path.isdir("/proc/sysvipc"):  # as in gVisor
        return found
    return found + [kind for kind in ("shm", "msg", "sem") for line in list(open(f"/proc/sysvipc/{kind}"))[1:]]
