# Knows that an empty file cannot be mapped.
# output: "0\n"
# input: "1 2 3\n"
# output: "6\n"
import mmap

try:
    with mmap.mmap(0, 0, prot=mmap.PROT_READ) as data:
        print(sum(map(int, data.read().split())))
except ValueError:
    print(0)
