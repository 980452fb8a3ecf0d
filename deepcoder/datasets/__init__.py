"""Data sets as Problems. Only the files in `formats/` know the formats of rows.

Runs: GPU node, or wherever a file of problems is read.
"""

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.load import load_problems, quarantined, read_problems
from deepcoder.datasets.rows import file_rows
from deepcoder.datasets.times import ReferenceTime

__all__ = ["DataError", "ReferenceTime", "file_rows", "load_problems", "quarantined", "read_problems"]
