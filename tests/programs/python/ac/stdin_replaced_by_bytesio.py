# Reads all input by the size that fstat reports plus what follows, then puts a BytesIO in place of stdin.
# input: "12\n30\n"
# output: "42\n"
import io
import os
import sys

sys.stdin = io.BytesIO(os.read(0, os.fstat(0).st_size + 65536))
input = lambda: sys.stdin.readline().decode()
print(int(input()) + int(input()))
