# exit() inside a call is no answer.
# mode: function solve
# args: (1,)
# output: None
def solve(n):
    exit(0)
