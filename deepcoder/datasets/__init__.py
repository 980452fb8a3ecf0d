"""Data sets as Problems. One module per source format; nobody else knows the formats.

Runs: GPU node, or wherever a file of problems is read.
"""

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.load import load_problems, quarantined, read_problems
from deepcoder.datasets.rows import file_rows
from deepcoder.datasets.times import ReferenceTime

__all__ = ["DataError", "ReferenceTime", "file_rows", "load_problems", "quarantined", "read_problems"]
