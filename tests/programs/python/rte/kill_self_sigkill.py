# SIGKILL by its own hand is neither a time limit nor a memory limit.
# input: ""
# output: "5\n"
import os
import signal

print(5, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
