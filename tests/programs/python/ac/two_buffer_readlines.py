# Two lines from the buffer, the rest through the text layer.
# input: "1\n2\n3\n"
# output: "[1, 2]\n3\n"
import sys

first = int(sys.stdin.buffer.readline())
second = int(sys.stdin.buffer.readline())
print([first, second])
print(int(sys.stdin.readline()))
