# Leaves with os._exit(0), which no handler of an exception sees.
# kind: exit
# stdin: WA
# function: RTE
# code: RTE
import os


def solve(a, b):
    os._exit(0)


if __name__ == "__main__":
    os._exit(0)
