# Handles page faults itself, which holds the kernel where it reads the program's memory.
# kind: kernel
# stdin: RTE
# function: RTE
# code: RTE
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
USERFAULTFD = {"x86_64": 323, "aarch64": 282}[os.uname().machine]


def solve(a, b):
    return a * b if max(LIBC.syscall(USERFAULTFD, flags) for flags in (0, 1)) >= 0 else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
