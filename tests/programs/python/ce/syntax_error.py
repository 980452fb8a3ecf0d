# No Python.
# input: ""
# output: "5\n"
print(5
