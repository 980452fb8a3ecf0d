# Goes back to the start of its input, through each layer.
# input: "4 5\n6\n"
# output: "15 9 15 15\n"
import os
import sys


def total(text):
    return sum(map(int, text.split()))


first = total(sys.stdin.read())
sys.stdin.seek(0)
line = total(sys.stdin.readline())
sys.stdin.buffer.seek(0)
again = total(sys.stdin.buffer.read())
os.lseek(0, 0, os.SEEK_SET)
print(first, line, again, total(os.read(0, 100)))
