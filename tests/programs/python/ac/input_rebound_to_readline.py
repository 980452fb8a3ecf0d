# The commonest fast input.
# input: "4 5\nabc\n"
# output: "9 abc\n"
import sys

input = sys.stdin.readline
a, b = map(int, input().split())
print(a + b, input().rstrip())
