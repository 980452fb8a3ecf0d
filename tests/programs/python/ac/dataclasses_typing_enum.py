# Modules that look classes up in sys.modules at definition time.
# input: ""
# output: "Point(x=1, y=2) RED 3\n"
from __future__ import annotations

import enum
import typing
from collections import namedtuple
from dataclasses import dataclass, field


@dataclass(order=True)
class Point:
    x: int
    y: int = 2
    seen: typing.ClassVar[list[int]] = []
    hidden: int = field(default=0, repr=False)


class Colour(enum.Enum):
    RED = 1


class Row(typing.NamedTuple):
    a: int
    b: typing.Optional[int] = None


Pair = namedtuple("Pair", "a b")
typing.get_type_hints(Point)
print(Point(1), Colour.RED.name, Row(1).a + Pair(2, 3).a)
