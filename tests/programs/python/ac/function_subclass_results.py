# Subclasses of the basic types count as their base: IntEnum, str, defaultdict, namedtuple.
# mode: function wrapped
# args: ()
# output: [1, "x", {"a": 2}, [3, 4]]
import enum
from collections import defaultdict, namedtuple


class One(enum.IntEnum):
    ONE = 1


class Text(str):
    pass


def wrapped():
    return [One.ONE, Text("x"), defaultdict(int, a=2), namedtuple("Pair", "a b")(3, 4)]
