# Iterates over the lines of standard input.
# input: "a b\nc\n\nd\n"
# output: "4\n"
import sys

print(sum(len(line.split()) for line in sys.stdin))
