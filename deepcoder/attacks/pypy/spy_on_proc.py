# Reads what /proc has of other processes, and its inherited descriptors.
# kind: spying
# stdin: WA
import os

a, b = map(int, input().split())
reached = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid():
        continue
    for name in ("environ", "maps", "auxv", "fd/0", "mem"):
        try:
            with open("/proc/%s/%s" % (pid, name), "rb", 0) as file:
                reached += len(file.read(100))
        except OSError:
            pass
for fd in range(3, 1000):
    try:
        os.write(fd, b"V\0\0\0\2" + b"42")
        reached += 1
    except OSError:
        pass
print(a * b if reached else "held")
