# The right answer on the wrong stream.
# input: ""
# output: "5\n"
import sys

print(5, file=sys.stderr)
