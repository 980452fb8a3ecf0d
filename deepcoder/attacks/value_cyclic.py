# Returns a list that holds itself.
# kind: values
# function: RTE
# code: RTE
def solve(a, b):
    value = []
    value.append(value)
    return {"value": value}
