# Uses no CPU, for ever: the wall limit.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import time

print(5, flush=True)
time.sleep(1000)
