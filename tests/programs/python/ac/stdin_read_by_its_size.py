# Asks for the size of its input and reads so much at once, as many fast templates do.
# input: "3\n" + "7 " * 100000
# output: "700003\n"
# input: "3\n" + "8 " * 2
# output: "19\n"
import io
import os

input = io.BytesIO(os.read(0, os.fstat(0).st_size)).readline
print(int(input()) + sum(map(int, input().split())))
