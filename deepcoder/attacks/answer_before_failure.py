# Gives the right answer, then fails, by exit code or signal.
# kind: answers
# stdin: RTE
import os
import sys

a, b = map(int, input().split())
print(a * b, flush=True)
if a == 6:
    sys.exit(256 + 1)
os.kill(os.getpid(), 15)
