# sys.stdout itself is replaced by such a file object.
# input: ""
# output: "hello\n"
import sys

sys.stdout = open(1, "w")
print("hello")
