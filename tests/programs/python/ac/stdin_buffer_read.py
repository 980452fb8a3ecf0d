# Reads everything at once as bytes.
# input: "3\n10 20 30\n"
# output: "60\n"
import sys

data = sys.stdin.buffer.read().split()
print(sum(map(int, data[1:])))
