# Bytes that are no UTF-8.
# input: ""
# output: "?\n"
import sys

sys.stdout.buffer.write(b"\xff\xfe\x00")
