# The input is large and nobody reads it.
# input: "1 2 3 4 5 6 7\n" * 300000
# output: "fixed\n"
print("fixed")
