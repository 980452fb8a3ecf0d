# Raises the limit of recursion, and calls itself 100,000 times.
# input: "100000\n"
# output: "100000\n"
import sys

sys.setrecursionlimit(1 << 20)


def depth(left):
    return 0 if left == 0 else 1 + depth(left - 1)


print(depth(int(input())))
