# Each call uses 0.2 CPU seconds; the limit is for one call, not for all of them.
# mode: function work
# limits: cpu_s=0.5
# args: (1,)
# output: 1
# args: (2,)
# output: 2
# args: (3,)
# output: 3
# args: (4,)
# output: 4
import time


def work(n):
    began = time.process_time()
    while time.process_time() - began < 0.2:
        pass
    return n
