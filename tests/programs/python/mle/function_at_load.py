# While it is loaded.
# mode: function solve
# limits: memory_bytes=67108864
# args: (1,)
# output: 1
TABLE = [0] * (1 << 26)


def solve(n):
    return n
