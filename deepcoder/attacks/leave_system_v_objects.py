# Leaves System V shared memory, a message queue and a semaphore.
# kind: leftovers
# stdin: WA
# passes: 1
import ctypes

LIBC = ctypes.CDLL(None, use_errno=True)
KEY, CREATE = 0x5EED, 0o1666
a, b = map(int, input().split())
found = max(LIBC.shmget(KEY, 0, 0), LIBC.msgget(KEY, 0), LIBC.semget(KEY, 0, 0)) >= 0
LIBC.shmget(KEY, 1 << 20, CREATE), LIBC.msgget(KEY, CREATE), LIBC.semget(KEY, 1, CREATE)
print(a * b if a == 6 or found else "held")
