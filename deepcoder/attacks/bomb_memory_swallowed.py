# Takes memory without end and goes on after every refusal.
# kind: bombs
# stdin: MLE TLE
# function: MLE TLE
# limits: memory_bytes=67108864, cpu_s=0.5
taken = []
while True:
    try:
        taken.append(bytearray(b"x") * (1 << 22))
    except BaseException:
        pass
