# Writes a million brackets into the channel of values.
# kind: values
# function: WA
# code: WA
import os
import struct


def solve(a, b):
    body = b"[" * 1_000_000
    os.write(5, struct.pack(">cI", b"V", len(body)) + body)
