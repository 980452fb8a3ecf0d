# Reads standard input below Python's streams, writes below them too.
# input: "2\n" * 70000
# output: "140000\n"
import os

parts = []
while part := os.read(0, 1 << 16):
    parts.append(part)
os.write(1, b"%d\n" % sum(map(int, b"".join(parts).split())))
