# Reads all of the input as bytes.
# input: "3\n" + "1 2 3 " * 20000
# output: "120000 0\n"
import sys

data = sys.stdin.buffer.read().split()
numbers = list(map(int, data[1:]))
sys.stdout.write("%d %d\n" % (sum(numbers), len(numbers) % 3))
