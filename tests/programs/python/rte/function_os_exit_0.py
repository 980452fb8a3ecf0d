# os._exit(0) inside a call is no answer either.
# mode: function solve
# args: (1,)
# output: None
import os


def solve(n):
    os._exit(0)
