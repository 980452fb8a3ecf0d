# What many contest programs begin with, and a recursion through C that needs it.
# input: "10000\n"
# output: "10000\n"
import resource
import sys
from functools import lru_cache

resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sys.setrecursionlimit(10**6)


@lru_cache(None)
def depth(n):
    return n and 1 + depth(n - 1)


print(depth(int(input())))
