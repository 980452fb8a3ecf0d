# Mounts, unmounts, and changes its root.
# kind: kernel
# stdin: RTE
# function: RTE
# code: RTE
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
REMOUNT, BIND = 32, 0x1000


def solve(a, b):
    here = os.getcwd().encode()
    done = [
        LIBC.mount(b"none", here, b"tmpfs", 0, None),
        LIBC.mount(b"proc", here, b"proc", 0, None),
        LIBC.mount(b"none", b"/", None, REMOUNT | BIND, None),
        LIBC.umount2(b"/proc", 2),
        LIBC.chroot(here),
        LIBC.syscall({"x86_64": 155, "aarch64": 41}[os.uname().machine], here, here),
        LIBC.syscall(430, b"tmpfs", 0),  # fsopen
        LIBC.syscall(428, -100, b"/", 1),  # open_tree, OPEN_TREE_CLONE
    ]
    return a * b if any(each >= 0 for each in done) else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
