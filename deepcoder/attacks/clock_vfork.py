# Waits for its child in the kernel's uninterruptible sleep, by vfork.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.5, wall_s=0.4
import ctypes
import os
import time

CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
CLONE_VFORK, SIGCHLD = 0x00004000, 17
if ctypes.CDLL(None).syscall(CLONE, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0) == 0:
    time.sleep(1000)
