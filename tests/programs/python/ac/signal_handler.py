# Handlers run in the main thread.
# input: ""
# output: "caught\n"
import os
import signal

signal.signal(signal.SIGUSR1, lambda number, frame: print("caught"))
os.kill(os.getpid(), signal.SIGUSR1)
