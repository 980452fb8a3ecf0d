# The first test passes, the second does not.
# input: "1\n"
# output: "1\n"
# input: "2\n"
# output: "4\n"
print(input())
