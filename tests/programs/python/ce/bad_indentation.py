# A block that is not indented.
# input: ""
# output: "5\n"
if True:
print(5)
