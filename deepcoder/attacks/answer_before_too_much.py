# Gives the right answer first, then more blanks than the limit of output.
# kind: answers
# stdin: OLE
# limits: output_bytes=100000
import sys

a, b = map(int, input().split())
sys.stdout.write(f"{a * b}\n" + " " * 150_000)
