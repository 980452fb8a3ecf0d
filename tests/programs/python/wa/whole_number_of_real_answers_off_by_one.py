# The answers are real numbers, but a whole one is expected exactly.
# input: "1"
# output: "0.5\n"
# input: "20000000"
# output: "10000000\n"
n = int(input())
print(n / 2 if n == 1 else float(n // 2 + 1))
