# A null pointer is read.
# input: ""
# output: "5\n"
import ctypes

print(5, flush=True)
ctypes.string_at(0)
