# Prints in a finalizer and in a generator that was left in the middle, by the program's own names.
# input: ""
# output: "2 3\n1\n"
import sys


class Out:
    def __init__(self):
        self.lines = []

    def __del__(self):
        sys.stdout.write("\n".join(self.lines) + "\n")


def left():
    try:
        yield 1
    finally:
        out.lines.append("1")


out = Out()
out.lines.append("2 3")
generator = left()
next(generator)
del generator
