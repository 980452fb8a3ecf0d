# Gives the right answer first, then 300,000 characters of others that might be cut off.
# kind: answers
# stdin: WA
import sys

a, b = map(int, input().split())
sys.stdout.write(f"{a * b}\n" + "7 " * 150_000)
