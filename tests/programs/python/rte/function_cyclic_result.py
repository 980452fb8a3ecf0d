# Returns a list that contains itself.
# mode: function solve
# args: (1,)
# output: [1]
def solve(n):
    cycle = [n]
    cycle.append(cycle)
    return cycle
