# The child holds the memory.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
import os
import time

if os.fork() == 0:
    data = bytearray(b"x") * (256 << 20)
    time.sleep(1000)
os.wait()
print(5)
