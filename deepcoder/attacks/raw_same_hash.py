# Writes a set into the channel of values whose elements all have one hash.
# kind: values
# function: WA
# code: WA
import os
import struct


def solve(a, b):
    numbers = ",".join(str(n * ((1 << 61) - 1)) for n in range(50_000))
    body = ('{"$set":[' + numbers + "]}").encode()
    os.write(5, struct.pack(">cI", b"V", len(body)) + body)
