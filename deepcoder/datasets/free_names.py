"""The names that LeetCode and LiveCodeBench give every program for free: the preamble of their problems.

The modules are those that both platforms' checkers import, and the star imports are in an order in which the plain
meaning wins: `Counter` is collections', `sub` is operator's, `pow` and `sum` are the built-in ones.
"""

_MODULES = (
    "array bisect collections copy datetime functools heapq io itertools json math operator random re statistics "
    "string sys time typing"
).split()
_STARS = (
    "typing io sys json statistics random re operator string copy datetime math itertools functools collections heapq "
    "bisect builtins"
).split()

FREE_NAMES = "\n".join(
    [
        *(f"import {name}" for name in _MODULES),
        *(f"from {name} import *" for name in _STARS),
        "import bisect, copy, datetime, random, re, string, time",  # a star import replaced these modules' own names
        "from collections import Counter, OrderedDict, defaultdict, deque",
        "from math import inf, nan",
        "from deepcoder.wire.values import ListNode, TreeNode",
        "sys.setrecursionlimit(50_000)",
        "",
    ]
)
