# The program is importable as __main__ and is the same module.
# input: ""
# output: "True 7\n"
import __main__

value = 7
print(__main__.__dict__ is globals(), __main__.value)
