# Writes into the channel of reports without end, whole and half reports.
# kind: floods
# function: OLE TLE RTE MLE
# limits: cpu_s=0.2
import os
import struct


def solve(a, b):
    while True:
        os.write(5, struct.pack(">cI", b"X", 1 << 20) + b"x" * (1 << 20))
