# The busy one is a grandchild in a session of its own whose parent is gone; the program sleeps.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3, wall_s=30
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            pass
    os._exit(0)
os.wait()
time.sleep(1000)
