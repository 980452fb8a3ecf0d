# Grows a list for ever.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
print(5, flush=True)
items = []
while True:
    items.append("x" * 1000)
