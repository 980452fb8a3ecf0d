# sys.exit("text") is exit code 1.
# input: ""
# output: "5\n"
import sys

print(5)
sys.exit("bad")
