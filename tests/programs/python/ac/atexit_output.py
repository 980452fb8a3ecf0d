# What atexit functions print counts, and comes last.
# input: ""
# output: "first\nlast\n"
import atexit

atexit.register(print, "last")
print("first")
