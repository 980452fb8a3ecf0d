# numpy is there.
# input: "1 2 3\n"
# output: "14\n"
import numpy as np

row = np.array(input().split(), dtype=np.int64)
print(row @ row)
