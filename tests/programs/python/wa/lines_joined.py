# Right tokens in one line.
# input: ""
# output: "1\n2\n3\n"
print(1, 2, 3)
