# Writes bytes to standard output.
# input: "ab\n"
# output: "ba\n"
import sys

sys.stdout.buffer.write(sys.stdin.buffer.read().strip()[::-1] + b"\n")
