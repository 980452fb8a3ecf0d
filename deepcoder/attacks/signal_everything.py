# Kills everything that it may, itself last.
# kind: signals
# stdin: RTE
# function: RTE
# code: RTE
import os


def solve(a, b):
    os.kill(-1, 9)
    os.killpg(0, 9)


if __name__ == "__main__":
    solve(0, 0)
