# Puts an object in the place of standard output that can write and flush, and no more.
# input: "2 3\n"
# output: "5\n"
import sys


class Fast:
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)

    def flush(self):
        sys.__stdout__.write("".join(self.parts))
        self.parts = []


sys.stdout = Fast()
print(sum(map(int, input().split())))
