# A correct first line never passes alone.
# input: "3\n"
# output: "0\n1\n2\n"
print(0)
