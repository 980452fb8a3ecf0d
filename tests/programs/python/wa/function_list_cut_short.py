# A right prefix.
# mode: function count
# args: (3,)
# output: [0, 1, 2]
def count(n):
    return list(range(n - 1))
