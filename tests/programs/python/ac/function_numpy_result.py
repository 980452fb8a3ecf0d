# numpy's arrays and scalars count as Python's.
# mode: function stats
# args: ([1, 2, 3, 4],)
# output: [[2, 4, 6, 8], 10, 2.5, True]
import numpy as np


def stats(items):
    row = np.array(items)
    return [row * 2, row.sum(), row.mean(), row.any()]
