# Replaces the built-in types by ones of which everything is an instance.
# kind: objects
# function: WA RTE
# code: WA RTE
import builtins


class Meta(type):
    __instancecheck__ = __subclasscheck__ = lambda cls, other: True
    __eq__ = lambda cls, other: True
    __hash__ = type.__hash__


class Everything(metaclass=Meta):
    __eq__ = lambda self, other: True
    __new__ = lambda cls, *rest, **named: object.__new__(cls)


builtins.int = builtins.str = builtins.list = builtins.float = builtins.bool = Everything


def solve(a, b):
    return Everything()
