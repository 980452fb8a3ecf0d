# The scratch folder is small.
# input: ""
# output: "5\n"
print(5)
with open("big", "wb") as file:
    for _ in range(1 << 10):
        file.write(bytes(1 << 20))
