# A function that returns nothing.
# mode: function nothing
# args: (1,)
# output: None
def nothing(n):
    n + 1
