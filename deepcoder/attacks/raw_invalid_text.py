# Writes invalid UTF-8 and lone surrogates into the channel of values.
# kind: values
# function: WA
# code: WA
import os
import struct


def solve(a, b):
    body = b'"\xff\xfe\xed\xa0\x80\\ud800"'
    os.write(5, struct.pack(">cI", b"V", len(body)) + body)
