# Deep recursion, plain and cached.
# mode: function depth
# args: (30000,)
# output: [30000, 10000]
import sys
from functools import lru_cache

sys.setrecursionlimit(10**6)


def plain(n):
    return 0 if n == 0 else 1 + plain(n - 1)


@lru_cache(None)
def cached(n):
    return 0 if n == 0 else 1 + cached(n - 1)


def depth(n):
    return [plain(n), cached(n // 3)]
