# Writes to memory that is not its own.
# kind: forging
# stdin: RTE
import ctypes

ctypes.memset(0, 42, 100)
print(42)
