# An integer is expected exactly.
# input: ""
# output: "5\n"
print(5.0)
