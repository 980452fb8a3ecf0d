# The answers are real numbers, of which some are whole: 3.0 is right for 3, and -0.0 for 0.
# input: "1 2"
# output: "1.5\n"
# input: "2 4"
# output: "3\n"
# input: "0 0"
# output: "0\n"
a, b = map(int, input().split())
print(-(a + b) / -2 if a else -0.0)
