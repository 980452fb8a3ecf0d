# A Fraction near an integer is not equal to it.
# mode: function whole
# args: (10**20,)
# output: 10**20
from fractions import Fraction


def whole(n):
    return Fraction(n + 1)
