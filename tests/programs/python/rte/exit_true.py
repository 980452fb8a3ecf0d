# True is the number 1 as an exit code.
# input: ""
# output: "5\n"
print(5)
exit(True)
