# Returns an integer of three million digits.
# kind: values
# function: WA
# code: WA
def solve(a, b):
    return 1 << 10_000_000
