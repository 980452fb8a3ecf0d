# numpy allocates past Python's own allocator.
# input: ""
# output: "5\n"
# limits: memory_bytes=134217728
import numpy as np

data = np.ones(40_000_000)
print(5)
