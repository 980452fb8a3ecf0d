# One byte more than allowed.
# input: ""
# output: "5\n"
# limits: output_bytes=1000
print("x" * 1000)
