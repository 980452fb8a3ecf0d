# Returns a list that says yes to every comparison and lies about its length and items.
# kind: objects
# function: WA
# code: WA
class Liar(list):
    __eq__ = lambda self, other: True
    __len__ = lambda self: 0
    __iter__ = lambda self: iter([{"$int": "0x2a"}])
    __getitem__ = lambda self, index: 42


def solve(a, b):
    return Liar()
