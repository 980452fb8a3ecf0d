# Prose instead of a program.
# input: ""
# output: "5\n"
To solve this problem, we add the numbers.
