# The name is there, but cannot be called.
# mode: function solve
# args: (1,)
# output: 1
solve = 1
