# Writes every kind of report the harness knows, in a call and before it.
# kind: forging
# function: WA RTE MLE CE
# code: WA RTE MLE CE
import os
import struct


def report(kind, body):
    os.write(5, struct.pack(">cI", kind, len(body)) + body)


def solve(a, b):
    for kind in (b"S", b"C", b"X", b"E", b"M", b"S", b"V"):
        report(kind, b'"nothing"')
    return "nothing"


report(b"S", b"")
report(b"C", b"\0" * 64)
