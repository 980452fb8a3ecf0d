# Closing standard output is the program's own business.
# input: ""
# output: "closed\n"
import sys

print("closed")
sys.stdout.close()
