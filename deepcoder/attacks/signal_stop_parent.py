# A child in a session of its own stops its parent again and again.
# kind: signals
# stdin: TLE
# function: TLE
# limits: cpu_s=0.5, wall_s=0.4
import os
import signal
import time

parent = os.getpid()
if os.fork() == 0:
    os.setsid()
    while True:
        os.kill(parent, signal.SIGSTOP)
        time.sleep(0.01)
signal.pause()
