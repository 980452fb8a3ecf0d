# The usual trick for deep recursion: a thread with a stack of 128 MiB.
# input: "50000\n"
# output: "50000\n"
import sys
import threading

sys.setrecursionlimit(10**6)
threading.stack_size(2**27)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def main():
    print(depth(int(input())))


thread = threading.Thread(target=main)
thread.start()
thread.join()
