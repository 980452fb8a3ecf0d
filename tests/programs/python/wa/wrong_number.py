# Off by one.
# input: "2 3\n"
# output: "5\n"
print(sum(map(int, input().split())) + 1)
