# POSIX shared memory, message queue and semaphore.
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
CREATE = os.O_RDWR | os.O_CREAT


def leave():
    made = [LIBC.shm_open(b"/left", CREATE, 0o666) >= 0, LIBC.mq_open(b"/left", CREATE, 0o666, None) >= 0]
    return any(made) or bool(LIBC.sem_open(b"/left", CREATE, 0o666, 1))


def look():
    found = [each for each in (LIBC.shm_open(b"/left", os.O_RDWR, 0), LIBC.mq_open(b"/left", os.O_RDWR)) if each >= 0]
    return found + ["semaphore"] * (LIBC.sem_open(b"/left", 0) != 0)
