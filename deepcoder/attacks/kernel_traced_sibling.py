# Traces a process of its own, to change what the kernel does for it.
# kind: kernel
# stdin: RTE
# function: RTE
# code: RTE
import ctypes
import os
import signal

LIBC = ctypes.CDLL(None, use_errno=True)
child = os.fork()
if child == 0:
    signal.pause()
    os._exit(0)
LIBC.ptrace(16, child, None, None)
os.waitpid(child, 0x40000000)
LIBC.ptrace(0x4200, child, None, 0x100000)  # PTRACE_O_EXITKILL


def solve(a, b):
    return "held"


print("held")
