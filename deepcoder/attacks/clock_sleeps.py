# Sleeps, which costs no CPU time.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.5, wall_s=0.4
import time

time.sleep(1000)
