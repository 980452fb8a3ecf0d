# The last line has no end.
# input: "x"
# output: "x\n"
print(input(), end="")
