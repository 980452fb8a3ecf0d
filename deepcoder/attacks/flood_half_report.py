# Announces 60 MiB of compiled code, sends nearly all of it, and waits.
# kind: floods
# function: TLE OLE
# limits: cpu_s=0.5, wall_s=0.4
import os
import struct
import time


def solve(a, b):
    os.write(5, struct.pack(">cI", b"C", 60 << 20))
    for _ in range(59):
        os.write(5, bytes(1 << 20))
    time.sleep(1000)
