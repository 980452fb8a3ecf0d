# The entry point is a lambda, a partial, a callable object.
# mode: function add
# args: (1,)
# output: 6
from functools import partial

add = partial(lambda a, b: a + b, 5)
