# numpy asks where in its input it is.
# input: "1 2 3 4\n" * 1000
# output: "10000\n"
import sys

import numpy

print(numpy.fromfile(sys.stdin, dtype=numpy.int64, sep=" ").sum())
