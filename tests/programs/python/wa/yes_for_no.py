# The other word.
# input: ""
# output: "YES\n"
print("NO")
