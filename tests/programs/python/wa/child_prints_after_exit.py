# A child that outlives the program writes too late.
# input: ""
# output: "parent\nchild\n"
import os
import time

if os.fork() == 0:
    time.sleep(5)
    os.write(1, b"child\n")
    os._exit(0)
os.write(1, b"parent\n")
os._exit(0)
