# Exceptions that are no Exception count as well.
# input: ""
# output: "5\n"
print(5)
raise KeyboardInterrupt
