# Knows no count: reads until EOFError.
# input: "1\n2\n3"
# output: "6\n"
total = 0
try:
    while True:
        total += int(input())
except EOFError:
    print(total)
