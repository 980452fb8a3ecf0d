# One allocation that no machine has: MemoryError.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
data = bytearray(1 << 50)
print(5)
