# Closes all its pipes first, so that nobody hears when it ends.
# input: ""
# output: ""
# limits: cpu_s=0.3
import os
import time

os.closerange(0, 100)
time.sleep(1000)
