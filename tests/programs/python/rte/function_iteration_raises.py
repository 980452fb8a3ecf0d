# The generator that it returns raises midway.
# mode: function solve
# args: (3,)
# output: [0, 1, 2]
def solve(n):
    for i in range(n):
        yield i
        if i == 1:
            raise ValueError
