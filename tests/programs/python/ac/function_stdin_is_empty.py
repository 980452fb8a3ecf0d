# In function mode standard input is there and empty.
# mode: function read
# args: ()
# output: ""
import sys


def read():
    return sys.stdin.read()
