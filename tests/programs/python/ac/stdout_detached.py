# Takes the buffer away from standard output for a stream of its own.
# input: "2 3\n"
# output: "5\n"
import io
import sys

sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8")
print(sum(map(int, input().split())))
