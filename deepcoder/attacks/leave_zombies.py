# Leaves children that have ended, and takes in the orphans of its children itself.
# kind: leftovers
# stdin: WA
# function: WA
# code: WA
import ctypes
import os
import time

ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
for _ in range(12):
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.001)
        os._exit(0)
print("held")


def solve(a, b):
    return "held"
