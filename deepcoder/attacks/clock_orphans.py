# Computes in orphans that are nobody's children, while the program itself is idle.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.2, wall_s=10
import os
import signal

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    while True:
        pass
signal.pause()
