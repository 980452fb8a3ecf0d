# A short sleep costs no CPU time.
# input: ""
# output: "awake\n"
import time

time.sleep(0.1)
print("awake")
