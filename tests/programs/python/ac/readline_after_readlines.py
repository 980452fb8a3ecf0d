# At the end of input readline returns an empty string, and read does too.
# input: "x\ny\n"
# output: "2 '' ''\n"
import sys

lines = sys.stdin.readlines()
print(len(lines), repr(sys.stdin.readline()), repr(sys.stdin.read()))
