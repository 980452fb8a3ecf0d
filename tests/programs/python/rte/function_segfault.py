# A crash inside the second call.
# mode: function solve
# args: (1,)
# output: 1
# args: (0,)
# output: 0
import ctypes


def solve(n):
    return n or ctypes.string_at(0)
