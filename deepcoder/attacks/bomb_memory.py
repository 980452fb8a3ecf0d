# Takes memory without end, in its children too.
# kind: bombs
# stdin: MLE
# function: MLE
# code: MLE
# limits: memory_bytes=67108864
import os

os.fork(), os.fork()
taken = []
while True:
    taken.append(bytearray(b"x") * (1 << 20))
