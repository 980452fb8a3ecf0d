# map, range, deque, Counter, dict views.
# mode: function several
# args: ([3, 1, 3],)
# output: [[4, 2, 4], [0, 1], [3, 1, 3], {3: 2, 1: 1}, [3, 1]]
from collections import Counter, deque


def several(items):
    counted = Counter(items)
    return [map(lambda n: n + 1, items), range(2), deque(items), counted, counted.keys()]
