# concurrent.futures in threads.
# input: ""
# output: "[0, 1, 4, 9]\n"
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(4)
print(list(pool.map(lambda n: n * n, range(4))))
