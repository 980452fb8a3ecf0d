# Each child is short, together they are over the limit.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3, wall_s=30
import os
import time

for _ in range(1000):
    if os.fork() == 0:
        while time.process_time() < 0.02:
            pass
        os._exit(0)
    os.wait()
print(5)
