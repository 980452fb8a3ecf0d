# The right output with exit code 3.
# input: ""
# output: "5\n"
import sys

print(5)
sys.exit(3)
