# Opens descriptor 0 as a file.
# input: "1 2\n3 4\n"
# output: "3\n7\n"
for line in open(0):
    print(sum(map(int, line.split())))
