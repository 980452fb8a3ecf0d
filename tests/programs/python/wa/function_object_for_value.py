# Returns what is no value.
# mode: function solve
# args: (1,)
# output: 1
def solve(n):
    return object()
