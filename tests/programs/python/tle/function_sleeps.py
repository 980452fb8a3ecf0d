# Sleeps inside a call.
# mode: function solve
# limits: cpu_s=0.3
# args: (1,)
# output: 1
import time


def solve(n):
    time.sleep(1000)
