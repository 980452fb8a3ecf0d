# Makes names in shared memory without end.
# kind: bombs
# stdin: RTE
# function: RTE
# code: RTE
import itertools
import os

for number in itertools.count():
    os.mknod(f"/dev/shm/{number}")
