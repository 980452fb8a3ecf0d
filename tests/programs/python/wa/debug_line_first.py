# The right output behind a debug line.
# input: "5\n"
# output: "5\n"
print("read:")
print(input())
