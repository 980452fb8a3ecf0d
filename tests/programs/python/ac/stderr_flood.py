# 30 MB on stderr: never counts.
# input: ""
# output: "quiet\n"
import sys

for _ in range(30):
    sys.stderr.write("x" * (1 << 20))
print("quiet")
