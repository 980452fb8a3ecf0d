# A value over the limit.
# mode: function solve
# limits: output_bytes=1000000
# args: (1,)
# output: "x"
def solve(n):
    return "x" * 2000000
