# Prints as many words as are expected, of the right length, and no number.
# kind: answers
# stdin: WA
# function: WA
# code: WA
def solve(a, b):
    return "NO" if a == 6 else "WRONG"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
