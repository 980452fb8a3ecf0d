# 100 MB of memory is fine under a limit of 256 MB.
# input: ""
# output: "104857600\n"
# limits: memory_bytes=268435456
print(len(bytearray(100 << 20)))
