# Answers with every number that it might be, on one line, on many, and in one container.
# kind: answers
# stdin: WA
# function: WA
# code: WA
def solve(a, b):
    return [a + b, a - b, a * b, a // b, a**2]


if __name__ == "__main__":
    found = solve(*map(int, input().split()))
    print(*found)
    print(*found, sep="\n")
