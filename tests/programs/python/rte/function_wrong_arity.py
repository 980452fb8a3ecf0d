# Takes another number of arguments.
# mode: function solve
# args: (1, 2)
# output: 3
def solve(n):
    return n
