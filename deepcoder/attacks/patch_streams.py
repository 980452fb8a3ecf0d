# Replaces the standard streams by objects that answer whatever they are asked.
# kind: patching
# stdin: WA RTE
# function: WA RTE
# code: WA RTE
import sys


class Stream:
    closed = False
    buffer = property(lambda self: self)
    getvalue = read = readline = lambda self, *rest: "42\n"
    write = lambda self, text: len(text)
    flush = close = fileno = lambda self: 1


sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = sys.stdin = Stream()
print("nothing")


def solve(a, b):
    return sys.stdout
