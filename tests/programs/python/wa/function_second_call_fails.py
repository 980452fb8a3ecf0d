# The first call is right.
# mode: function same
# args: (1,)
# output: 1
# args: (2,)
# output: 2
def same(n):
    return 1
