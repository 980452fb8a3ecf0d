# os._exit(0) after a flush skips every handler, and is a normal end.
# input: ""
# output: "flushed\n"
import os
import sys

print("flushed")
sys.stdout.flush()
os._exit(0)
