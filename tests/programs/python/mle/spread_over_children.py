# Each of five children is below the limit, together they are not.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
import os
import time

for _ in range(5):
    if os.fork() == 0:
        data = bytearray(b"x") * (30 << 20)
        time.sleep(1000)
os.wait()
print(5)
