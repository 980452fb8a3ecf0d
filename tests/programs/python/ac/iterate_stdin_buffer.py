# Iterates over standard input's lines as bytes.
# input: "10\n20\n"
# output: "30\n"
import sys

print(sum(int(line) for line in sys.stdin.buffer))
