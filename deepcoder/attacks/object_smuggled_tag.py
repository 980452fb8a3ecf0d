# A mapping whose items differ from its keys, to write a tag of the channel.
# kind: objects
# function: WA
# code: WA
class Smuggler(dict):
    __iter__ = lambda self: iter(["plain"])
    items = lambda self: [("$object", ["int", True])]


def solve(a, b):
    return Smuggler(plain=1)
