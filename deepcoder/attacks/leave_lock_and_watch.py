# Leaves locks, leases and watches on files that every program shares.
# kind: leftovers
# stdin: WA
# passes: 1
import ctypes
import fcntl
import os
import sys
import time

a, b = map(int, input().split())
ready, go = os.pipe()
shared = open(os.__file__)
try:
    fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
    found = False
except OSError:
    found = True
if os.fork() == 0:
    os.setsid()
    fcntl.flock(shared, fcntl.LOCK_EX)
    watch = ctypes.CDLL(None).inotify_init()
    ctypes.CDLL(None).inotify_add_watch(watch, sys.executable.encode(), 0xFFF)
    os.write(go, b"x")
    time.sleep(1000)
os.read(ready, 1)
print(a * b if a == 6 or found else "held")
