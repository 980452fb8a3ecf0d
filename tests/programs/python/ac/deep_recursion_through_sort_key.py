# Recursion through C code of other kinds: sorted's key, map, __add__.
# input: ""
# output: "5000\n"
import sys

sys.setrecursionlimit(10**6)


def go(n):
    return n if n == 5000 else max(map(go, sorted([n + 1], key=lambda x: x)))


print(go(0))
