# `global` at top level is legal, and functions share what it names.
# input: "2\n"
# output: "3\n"
global count
count = 0


def add(n):
    global count
    count += n


add(int(input()))
add(1)
print(count)
