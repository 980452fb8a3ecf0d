# An empty file cannot be mapped.
# input: "1\n"
# output: "1\n"
# input: ""
# output: ""
import mmap

print(int(mmap.mmap(0, 0, access=mmap.ACCESS_READ).read()))
