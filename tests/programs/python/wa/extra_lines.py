# The right output, then more.
# input: ""
# output: "1\n2\n"
print(1)
print(2)
print(3)
