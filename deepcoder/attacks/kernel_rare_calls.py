# Tries the calls that only an administrator has: modules, kexec, swap, clock, reboot, log, quota, handles, accounting.
# kind: kernel
# stdin: RTE
# function: RTE
# code: RTE
import ctypes
import os
import time

LIBC = ctypes.CDLL(None, use_errno=True)


def solve(a, b):
    done = [
        LIBC.klogctl(3, ctypes.create_string_buffer(64), 64) > 0,
        LIBC.swapon(b"/none", 0) == 0,
        LIBC.acct(b"/none") == 0,
        LIBC.reboot(0) == 0,  # Linux asks for magic numbers first: nothing happens
        LIBC.syscall({"x86_64": 175, "aarch64": 105}[os.uname().machine], None, 0, b"") == 0,  # init_module
        LIBC.syscall({"x86_64": 303, "aarch64": 264}[os.uname().machine], -100, b"/", None, None, 0) == 0,
        LIBC.fanotify_init(0, 0) >= 0,
        LIBC.iopl(3) == 0 if hasattr(LIBC, "iopl") else False,
        LIBC.personality(0x0040000) == -1 and False,
    ]
    try:
        time.clock_settime(time.CLOCK_REALTIME, time.time())
        done.append(True)
    except OSError:
        pass
    return a * b if any(done) else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
