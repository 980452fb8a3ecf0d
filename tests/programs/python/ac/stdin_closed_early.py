# The program closes its input after the first line of a large one.
# input: "first\n" + "rest of it\n" * 300000
# output: "first\n"
import sys

print(sys.stdin.readline().strip())
sys.stdin.close()
