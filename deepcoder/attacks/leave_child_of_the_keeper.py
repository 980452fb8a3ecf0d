# Makes the keeper the parent of its children, with CLONE_PARENT, and leaves some dead and some alive.
# kind: leftovers
# stdin: WA
# function: WA
# code: WA
import ctypes
import os
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
CLONE_PARENT, SIGCHLD = 0x00008000, 17
for number in range(6):
    if LIBC.syscall(CLONE, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0:
        if number % 2:
            os._exit(0)
        os.setsid()
        time.sleep(1000)
print("held")


def solve(a, b):
    return "held"
