# Every call uses a child process of 0.2 CPU seconds; the limit is for one call.
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
import os
import time


def work(n):
    if os.fork() == 0:
        while time.process_time() < 0.2:
            pass
        os._exit(0)
    os.wait()
    return n
