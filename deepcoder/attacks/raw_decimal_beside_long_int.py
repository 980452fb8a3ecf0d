# Writes a set of a Decimal and a long int of one hash into the channel of values: to compare the two takes minutes.
# kind: values
# function: WA
# code: WA
import os
import struct


def solve(a, b):
    number = hex((((1 << 61) - 1) << 8_000_000) + 1)
    body = ('{"$set":[{"\\u0024decimal":"1"},{"$int":"' + number + '"}]}').encode()
    os.write(5, struct.pack(">cI", b"V", len(body)) + body)
