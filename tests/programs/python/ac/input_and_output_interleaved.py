# Writes much before it has read much.
# input: "7\n" * 100000
# output: "7 7 7 7 7\n" * 100000
import sys

for line in sys.stdin:
    print(*[line.strip()] * 5)
