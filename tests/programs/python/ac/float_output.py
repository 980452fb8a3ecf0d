# Floats are compared nearly where a fraction is expected.
# input: "2\n"
# output: "1.414213562\n"
print(int(input()) ** 0.5)
