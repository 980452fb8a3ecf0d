# The module itself raises.
# mode: function solve
# args: (1,)
# output: 1
def solve(n):
    return n


solve(1 / 0)
