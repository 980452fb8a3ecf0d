# Writes to standard error without end.
# kind: floods
# stdin: TLE
# function: TLE
# limits: cpu_s=0.2
import os

while True:
    os.write(2, b"x" * (1 << 20))
