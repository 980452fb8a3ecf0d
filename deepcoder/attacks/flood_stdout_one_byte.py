# Prints one byte at a time without end.
# kind: floods
# stdin: OLE TLE
# function: OLE TLE
# limits: cpu_s=0.2, output_bytes=100000
import os

while True:
    os.write(1, b"x")
