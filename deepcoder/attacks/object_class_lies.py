# Says that its class is int, by __class__.
# kind: objects
# function: WA RTE
# code: WA RTE
class Liar:
    __class__ = property(lambda self: int)
    __eq__ = lambda self, other: True
    __hash__ = lambda self: 42
    __int__ = __index__ = lambda self: 7
    bit_length = lambda self: 1


def solve(a, b):
    return Liar()
