# Standard output is gone when the interpreter flushes it: exit code 120.
# input: ""
# output: ""
import os

print(5)
os.close(1)
