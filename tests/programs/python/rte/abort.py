# os.abort().
# input: ""
# output: "5\n"
import os

print(5, flush=True)
os.abort()
