# Returns lists in lists, a hundred thousand deep.
# kind: values
# function: RTE
# code: RTE
def solve(a, b):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
