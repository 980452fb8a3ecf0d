# A child is busy, the parent waits.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import os

if os.fork() == 0:
    while True:
        pass
os.wait()
print(5)
