# Fills every place of shared memory that there may be, to hold more than files may take.
# kind: bombs
# stdin: WA
# function: WA
# code: WA
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
MAY_TAKE = 64 << 20  # what /dev/shm and the program's own folder hold together


def solve(a, b):
    taken = sum(LIBC.shmget(number + 1, 1 << 24, 0o1666) >= 0 for number in range(64)) * (1 << 24)
    for folder in ("/dev/shm", ".", "/run/shm", "/dev", "/dev/mqueue", "/run/lock", "/var/tmp"):
        try:
            with open(folder + "/attack", "wb", 0) as file:
                while taken <= MAY_TAKE:
                    taken += file.write(bytes(1 << 20))
        except OSError:
            pass
    return a * b if taken > MAY_TAKE else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
