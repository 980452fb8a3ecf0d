# Reports a value for this call and for the next with its last breath.
# kind: forging
# function: WA RTE
# code: WA RTE
import os
import struct


def solve(a, b):
    os.write(5, (struct.pack(">cI", b"V", 4) + b'"no"') * 3)
    os._exit(0)
