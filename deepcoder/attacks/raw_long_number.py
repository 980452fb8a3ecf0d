# Writes a number of a million digits into the channel of values, which takes quadratic time to read.
# kind: values
# function: WA
# code: WA
import os
import struct


def solve(a, b):
    body = b"4" * 1_000_000
    os.write(5, struct.pack(">cI", b"V", len(body)) + body)
