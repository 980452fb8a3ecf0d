# exit(0) deep inside calls ends the whole program normally.
# input: "4\n"
# output: "found 4\n"
import sys


def search(n):
    if n == 0:
        print("found", limit)
        sys.exit(0)
    search(n - 1)


limit = int(input())
search(limit)
print("unreachable")
