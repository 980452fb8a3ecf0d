# A prompt is output.
# input: "5\n"
# output: "5\n"
print(input("n = "))
