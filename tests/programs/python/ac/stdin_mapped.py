# Maps its input into memory.
# input: "2\n" * 100000
# output: "200000 100000\n"
import mmap

with mmap.mmap(0, 0, access=mmap.ACCESS_READ) as data:
    lines = 0
    while data.readline():
        lines += 1
    print(sum(map(int, data[:].split())), lines)
