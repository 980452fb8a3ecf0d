# 10 MB of input through the text layer.
# input: "1234567 " * 1250000
# output: "1250000 1543208750000\n"
import sys

data = sys.stdin.read().split()
print(len(data), int(data[0]) * len(data))
