# No function of that name.
# mode: function solve
# args: (1,)
# output: 1
def solution(n):
    return n
