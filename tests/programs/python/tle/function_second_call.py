# The first call is quick.
# mode: function solve
# limits: cpu_s=0.3
# args: (0,)
# output: 0
# args: (1,)
# output: 1
def solve(n):
    while n:
        pass
    return n
