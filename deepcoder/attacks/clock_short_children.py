# Computes in children that each end long before their limit.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.2, wall_s=10
import os
import time

while True:
    if os.fork() == 0:
        while time.process_time() < 0.05:
            pass
        os._exit(0)
    os.wait()
