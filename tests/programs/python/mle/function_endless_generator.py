# Returns a generator without end.
# mode: function solve
# limits: memory_bytes=67108864
# args: (1,)
# output: [1]
import itertools


def solve(n):
    return itertools.count(n)
