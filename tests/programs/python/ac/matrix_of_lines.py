# Line structure is kept, runs of blanks are one.
# input: "2 3\n"
# output: "0 1 2\n1 2 3\n"
rows, columns = map(int, input().split())
for i in range(rows):
    print("  ".join(str(i + j) for j in range(columns)))
