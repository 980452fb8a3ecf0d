# Passes the first test, crashes in the second.
# input: "1\n"
# output: "1\n"
# input: "0\n"
# output: "0\n"
print(1 // int(input()))
