# Makes empty files without end.
# kind: bombs
# stdin: RTE
# function: RTE
# code: RTE
import itertools
import os

for number in itertools.count():
    os.mknod(str(number))
