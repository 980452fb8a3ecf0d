# One write over the limit, and a normal end.
# input: ""
# output: "5\n"
# limits: output_bytes=1000000
import sys

sys.stdout.write("5\n" * 1000000)
