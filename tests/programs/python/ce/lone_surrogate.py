# Text that is no Unicode.
# append: "x = '\ud800'"
# input: ""
# output: "5\n"
print(5)
