# An integer of 20,000 digits is read.
# input: "9" * 20000 + "\n"
# output: "8\n"
print((int(input()) - 1) % 10)
