# Exits with 3, after the right answer.
# input: ""
# output: "5\n"
import sys

print(5)
sys.exit(3)
