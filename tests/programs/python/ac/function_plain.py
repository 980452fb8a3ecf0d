# A plain function.
# mode: function add
# args: (2, 3)
# output: 5
# args: (-1, 1)
# output: 0
def add(a, b):
    return a + b
