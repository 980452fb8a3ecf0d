# 10**20000 in decimal: beyond the 4300 digits that Python 3.11 allows by default.
# input: "20000\n"
# output: "1" + "0" * 20000 + "\n"
print(10 ** int(input()))
