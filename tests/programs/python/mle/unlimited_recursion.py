# Recursion without end and without a limit takes memory without end.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
import sys

sys.setrecursionlimit(10**9)


def f(n):
    return f(n + 1)


f(0)
