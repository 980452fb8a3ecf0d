# Is wrong by little: a share of the number that a relative tolerance would forgive.
# kind: answers
# stdin: WA
# function: WA
# code: WA
def solve(a, b):
    return a * b + 1e-5


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
