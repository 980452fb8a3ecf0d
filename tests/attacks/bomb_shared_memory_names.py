# Makes names in shared memory without end.
# kind: bombs
# stdin: RTE
# function: RTE
# code: RTE
# limits: cpu_s=5
import itertools
import os

for number in itertools.count():
    os.mknod(f"/dev/shm/{number}")
