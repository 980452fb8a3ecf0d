# Python recursion 100,000 deep without any thread.
# input: "100000\n"
# output: "5000050000\n"
import sys

sys.setrecursionlimit(10**6)


def total(n):
    return 0 if n == 0 else n + total(n - 1)


print(total(int(input())))
