# Everything is printed to a second file object on descriptor 1, which nobody closes or flushes.
# input: "3\n"
# output: "0\n1\n2\n"
out = open(1, "w")
for i in range(int(input())):
    print(i, file=out)
