# An exception nobody catches.
# input: "x\n"
# output: "0\n"
print(int(input()))
