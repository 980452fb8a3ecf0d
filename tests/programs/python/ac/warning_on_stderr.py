# A warning goes to stderr and changes nothing.
# input: ""
# output: "True\n"
import warnings

warnings.warn("old")
print(1 is 1)
