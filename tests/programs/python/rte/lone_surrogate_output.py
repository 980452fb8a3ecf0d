# Text that has no UTF-8 form cannot be printed.
# input: ""
# output: "\n"
print("\ud800")
