# The right output, then a crash.
# input: ""
# output: "5\n"
print(5)
[][0]
