# Starts a child that is root of a user namespace, with clone and with clone3.
# kind: kernel
# stdin: RTE
# function: RTE
# code: RTE
import ctypes
import os
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE, CLONE3 = ({"x86_64": 56, "aarch64": 220}[os.uname().machine]), 435
NEWUSER, NEWPID, SIGCHLD = 0x10000000, 0x20000000, 17


def solve(a, b):
    arguments = struct.pack("8Q", NEWUSER | NEWPID, 0, 0, 0, SIGCHLD, 0, 0, 0)
    pids = [
        LIBC.syscall(CLONE, NEWUSER | NEWPID | SIGCHLD, 0, 0, 0, 0),
        LIBC.syscall(CLONE3, ctypes.c_char_p(arguments), len(arguments)),
    ]
    if 0 in pids:
        os._exit(0)
    return a * b if max(pids) > 0 else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
