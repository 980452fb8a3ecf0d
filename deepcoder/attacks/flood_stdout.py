# Prints without end.
# kind: floods
# stdin: OLE
# function: OLE
# code: OLE
import os

while True:
    os.write(1, b"x" * (1 << 20))
