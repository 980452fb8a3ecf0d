# Busy inside a call.
# mode: function solve
# limits: cpu_s=0.3
# args: (1,)
# output: 1
def solve(n):
    while n:
        pass
