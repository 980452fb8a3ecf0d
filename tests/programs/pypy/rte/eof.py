# Reads beyond the end.
# input: "5\n"
# output: "5\n"
print(input())
input()
