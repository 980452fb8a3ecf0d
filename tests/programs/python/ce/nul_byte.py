# A NUL byte in the source.
# append: "\0"
# input: ""
# output: "5\n"
print(5)
