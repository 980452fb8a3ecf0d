# A parameter list that never ends.
# input: ""
# output: "5\n"
def f(:
    pass
