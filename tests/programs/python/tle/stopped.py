# Stops itself instead of ending.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
