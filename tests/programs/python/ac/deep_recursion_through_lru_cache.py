# Recursion through lru_cache takes the C stack, 20,000 frames of it.
# input: "20000\n"
# output: "20000\n"
import sys
from functools import lru_cache

sys.setrecursionlimit(10**6)


@lru_cache(maxsize=None)
def steps(n):
    return 0 if n == 0 else 1 + steps(n - 1)


print(steps(int(input())))
