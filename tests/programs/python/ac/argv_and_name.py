# One argument, the file's own name; __name__ is __main__.
# input: ""
# output: "1 __main__ True\n"
import sys

print(len(sys.argv), __name__, __file__.endswith(".py"))
