# Returns what is not equal to itself.
# kind: values
# stdin: WA
# function: WA
# code: WA
def solve(a, b):
    return float("nan")


print("nan")
