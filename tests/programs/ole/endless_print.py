# Prints for ever.
# input: ""
# output: "5\n"
# limits: output_bytes=1000000, cpu_s=5
while True:
    print(5)
