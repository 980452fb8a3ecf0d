# One write of a joined list.
# input: "50000\n"
# output: "\n".join(map(str, range(50000)))
import sys

sys.stdout.write("\n".join(map(str, range(int(input())))))
