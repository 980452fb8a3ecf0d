# The call raises.
# mode: function f
# args: (0,)
# output: 0
def f(n):
    return 1 / n
