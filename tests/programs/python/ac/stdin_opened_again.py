# Opens its input anew by each of its names, and reads it from the start each time.
# input: "40\n2\n"
# output: "42 42 42 42\n"
import os
import sys

paths = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", f"/proc/{os.getpid()}/fd/0"]
sys.stdin.readline()
print(*[sum(map(int, open(path))) for path in paths])
