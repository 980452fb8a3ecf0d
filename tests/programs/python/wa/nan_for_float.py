# NaN never matches.
# input: ""
# output: "1.5\n"
print(float("nan"))
