# Reads more lines than there are.
# input: "1\n"
# output: "1\n"
print(input())
input()
