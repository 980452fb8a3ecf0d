# More processes than allowed: os.fork raises.
# input: ""
# output: "5\n"
# limits: processes=16
import os
import signal

print(5, flush=True)
while True:
    if os.fork() == 0:
        signal.pause()
