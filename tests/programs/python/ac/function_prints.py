# What the function prints is not its result.
# mode: function noisy
# args: (2,)
# output: 4
# args: (3,)
# output: 9
import sys


def noisy(n):
    print("debug", n)
    print('{"kind": "outcome"}')
    sys.stderr.write("noise")
    return n * n
