# A child prints for ever.
# input: ""
# output: "5\n"
# limits: output_bytes=1000000
import os

if os.fork() == 0:
    while True:
        os.write(1, b"5\n" * 1000)
os.wait()
