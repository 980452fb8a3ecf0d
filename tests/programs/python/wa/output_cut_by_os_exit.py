# os._exit loses what was not flushed, as in any interpreter.
# input: ""
# output: "lost\n"
import os

print("lost")
os._exit(0)
