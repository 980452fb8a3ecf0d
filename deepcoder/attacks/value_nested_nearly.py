# Returns lists in lists, as deep as the channel lets through.
# kind: values
# function: WA RTE
# code: WA RTE
import sys

sys.setrecursionlimit(1 << 20)


def solve(a, b):
    value = []
    for _ in range(5000):
        value = [value]
    return value
