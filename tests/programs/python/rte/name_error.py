# A name that does not exist.
# input: ""
# output: "5\n"
print(5)
undefined
