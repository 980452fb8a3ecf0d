# Input reaches the program as UTF-8.
# input: "ß€🐞\n"
# output: "9 3\n"
import sys

raw = sys.stdin.buffer.readline().strip()
print(len(raw), len(raw.decode()))
