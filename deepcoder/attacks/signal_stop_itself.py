# Stops itself, and so uses no CPU time.
# kind: signals
# stdin: TLE
# function: TLE
# limits: cpu_s=0.5, wall_s=0.4
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
