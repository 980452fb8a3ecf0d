# A generator counts as the list of what it yields.
# mode: function count
# args: (4,)
# output: [0, 1, 2, 3]
def count(n):
    yield from range(n)
