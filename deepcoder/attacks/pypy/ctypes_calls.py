# Makes namespaces by a system call through ctypes.
# kind: kernel
# stdin: RTE
import ctypes

a, b = map(int, input().split())
print(a * b if ctypes.CDLL(None).unshare(0x10000000) == 0 else "held")
