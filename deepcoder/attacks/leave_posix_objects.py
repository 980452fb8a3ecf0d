# Leaves POSIX shared memory, a message queue and a semaphore.
# kind: leftovers
# stdin: WA
# passes: 1
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
a, b = map(int, input().split())
open_flags = os.O_RDWR
found = LIBC.shm_open(b"/attack", open_flags, 0o666) >= 0 or LIBC.mq_open(b"/attack", open_flags) >= 0
found = found or LIBC.sem_open(b"/attack", 0) != 0
flags = os.O_RDWR | os.O_CREAT
LIBC.shm_open(b"/attack", flags, 0o666), LIBC.mq_open(b"/attack", flags, 0o666, None)
LIBC.sem_open(b"/attack", flags, 0o666, 1)
print(a * b if a == 6 or found else "held")
