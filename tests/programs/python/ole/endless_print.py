# Prints for ever.
# input: ""
# output: "5\n"
# limits: output_bytes=1000000
while True:
    print(5)
