# One allocation over the limit, every page written.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
data = bytearray(b"x") * (256 << 20)
print(5)
