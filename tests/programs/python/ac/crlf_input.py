# Lines that end in CR LF: on Linux the interpreter leaves the CR in place, and split() and int() do not mind.
# input: "2\r\n3 4\r\n5\r6\n"
# output: "2 True\n['3', '4'] True\n1\n"
import sys

line = input()
print(int(line), line == "2\r")
line = sys.stdin.readline()
print(line.split(), line.endswith(" 4\r\n"))
print(len(sys.stdin.readlines()))
