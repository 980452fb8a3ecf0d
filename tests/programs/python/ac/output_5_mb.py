# 5 MB of output in one go.
# input: ""
# output: "0123456789\n" * 500000
import sys

sys.stdout.write("0123456789\n" * 500000)
