# Case matters.
# input: ""
# output: "YES\n"
print("yes")
