# os._exit(1) after the right output.
# input: ""
# output: "5\n"
import os

print(5, flush=True)
os._exit(1)
