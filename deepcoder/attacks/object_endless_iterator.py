# Returns a list that has no end.
# kind: objects
# function: MLE TLE
# code: MLE TLE
# limits: memory_bytes=67108864, cpu_s=0.5
import itertools


class Endless(list):
    __len__ = lambda self: 1
    __iter__ = lambda self: itertools.count()


def solve(a, b):
    return Endless()
