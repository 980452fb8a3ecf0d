# SIGXCPU by its own hand: no CPU time was used.
# input: ""
# output: "5\n"
import os
import signal

print(5, flush=True)
os.kill(os.getpid(), signal.SIGXCPU)
