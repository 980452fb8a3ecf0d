# Loops 60 million times, for which CPython would need seconds.
# input: "60000000\n"
# output: "1799999970000000\n"
total = i = 0
n = int(input())
while i < n:
    total += i
    i += 1
print(total)
