# Fills its memory.
# input: ""
# output: "5\n"
# limits: memory_bytes=134217728
print(5, flush=True)
parts = []
while True:
    parts.append(bytearray(b"x" * (1 << 20)))
