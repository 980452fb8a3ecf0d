# Returns Decimals that would take gigabytes as integers, or seconds to read.
# kind: values
# function: WA
# code: WA
from decimal import Decimal


def solve(a, b):
    return [Decimal("1e1000000000"), Decimal("-1e-1000000000"), Decimal("9" * 1_000_000)]
