# The program ends its lines in CR LF.
# input: ""
# output: "a\nb\n"
import sys

sys.stdout.write("a\r\nb\r\n")
