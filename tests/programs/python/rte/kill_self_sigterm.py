# SIGTERM by its own hand.
# input: ""
# output: "5\n"
import os
import signal

print(5, flush=True)
os.kill(os.getpid(), signal.SIGTERM)
