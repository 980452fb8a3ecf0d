# Touches memory over the limit, frees it and goes on: the peak counts.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
data = bytearray(b"x") * (200 << 20)
del data
print(5)
