# Writes a report of a kind that there is none of, and one that announces 4 GiB.
# kind: forging
# function: RTE OLE
# code: RTE OLE
import os
import struct


def solve(a, b):
    os.write(5, struct.pack(">cI", b"Z", 0) + struct.pack(">cI", b"C", (1 << 32) - 1))
    return "nothing"
