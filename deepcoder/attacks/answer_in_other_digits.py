# Gives the right number in digits and spellings that a careless comparison would take: other scripts, hex, exponents.
# kind: answers
# stdin: WA
# function: WA
# code: WA
def solve(a, b):
    return str(a * b).translate({ord("0") + n: 0x0660 + n for n in range(10)})


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
