# Takes descriptors out of every other process with pidfd_getfd, and signals through pidfds.
# kind: forging
# stdin: WA RTE
# function: WA RTE
# code: WA RTE
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
PIDFD_GETFD, PIDFD_SEND_SIGNAL = 438, 424


def solve(a, b):
    reached = 0
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        if pid != os.getpid():
            try:
                opened = os.pidfd_open(pid)
            except (OSError, AttributeError):
                continue
            reached += sum(LIBC.syscall(PIDFD_GETFD, opened, fd, 0) >= 0 for fd in range(16))
            reached += LIBC.syscall(PIDFD_SEND_SIGNAL, opened, 9, None, 0) == 0
            os.close(opened)
    return a * b if reached else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
