# While it is loaded.
# mode: function solve
# limits: memory_bytes=67108864, cpu_s=5
# args: (1,)
# output: 1
TABLE = [0] * (1 << 26)


def solve(n):
    return n
