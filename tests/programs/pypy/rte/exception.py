# Raises, after the right answer.
# input: "5\n"
# output: "5\n"
print(input())
print([][0])
