# A dictionary whose keys are no strings.
# mode: function squares
# args: (3,)
# output: {0: 0, 1: 1, 2: 4}
def squares(n):
    return {i: i * i for i in range(n)}
