# A fork copies the buffer: the line comes twice.
# input: ""
# output: "once\n"
import os

print("once")
if os.fork():
    os.wait()
