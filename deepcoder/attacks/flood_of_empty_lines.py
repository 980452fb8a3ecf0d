# Prints as many lines as fit, where each line is work for who compares them.
# kind: floods
# stdin: WA OLE
import os

os.write(1, b"\n")
for _ in range(7):
    os.write(1, b"4\n" * (1 << 19))
