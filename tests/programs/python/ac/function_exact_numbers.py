# A Fraction and a Decimal are equal to the number that they are, as keys and elements too.
# mode: function means
# args: ([1, 2],)
# output: [1.5, 3, {0.5: 1.5}, {2, 0.25}]
from decimal import Decimal
from fractions import Fraction


def means(items):
    mean = Fraction(sum(items), len(items))
    return [mean, Decimal(3), {Fraction(1, 2): Decimal("1.50")}, {Decimal(2), Fraction(1, 4)}]
