# An exit handler turns a failure into exit code 0.
# kind: exit
# stdin: WA
# function: RTE
# code: RTE
import atexit
import os
import sys

atexit.register(os._exit, 0)
sys.excepthook = lambda *error: os._exit(0)


def solve(a, b):
    sys.exit(1)


if __name__ == "__main__":
    1 / 0
