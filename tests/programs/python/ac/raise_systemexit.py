# raise SystemExit, and one with the code 0.
# input: ""
# output: "a\n"
import sys

print("a")
if len(sys.argv) == 1:
    raise SystemExit
raise SystemExit(1)
