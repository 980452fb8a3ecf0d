# A tuple equals a list at any depth.
# mode: function pairs
# args: (3,)
# output: [[0, 0], [1, 1], [2, 4]]
def pairs(n):
    return tuple((i, i * i) for i in range(n))
