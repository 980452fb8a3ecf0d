# Prints nothing.
# input: "5\n"
# output: "5\n"
input()
