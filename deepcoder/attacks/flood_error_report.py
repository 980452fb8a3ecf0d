# Reports an exception with a text of 20 MiB that is no UTF-8.
# kind: floods
# function: OLE
# code: OLE
import os
import struct


def solve(a, b):
    os.write(5, struct.pack(">cI", b"X", 20 << 20))
    while True:
        os.write(5, b"\xff" * (1 << 20))
