# Lacks a bracket.
# input: ""
# output: "5\n"
print(5
