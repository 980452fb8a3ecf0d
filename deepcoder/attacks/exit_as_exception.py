# Raises SystemExit where an assertion would be checked.
# kind: exit
# stdin: WA
# function: RTE
# code: RTE
def solve(a, b):
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(0)
