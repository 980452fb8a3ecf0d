# The second test is too much.
# input: "1\n"
# output: "1\n"
# input: "1000000000000\n"
# output: "1000000000000\n"
# limits: cpu_s=0.3
n = int(input())
i = 0
while i < n:
    i += 1
print(i)
