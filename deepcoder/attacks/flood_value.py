# Returns a value of many megabytes.
# kind: floods
# function: OLE WA
# code: OLE WA
def solve(a, b):
    return [["x" * 1000] * 1000] * 100
