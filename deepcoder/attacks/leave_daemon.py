# A daemon by double fork and setsid, deaf to signals, waits for the next execution.
# kind: leftovers
# stdin: WA
# passes: 1
import ctypes
import os
import signal
import time

a, b = map(int, input().split())
found = False
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/comm") as comm:
            found |= comm.read() == "attack-daemon\n"
    except OSError:
        pass
ready, go = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    ctypes.CDLL(None).prctl(15, b"attack-daemon", 0, 0, 0)
    os.write(go, b"x")
    while True:
        time.sleep(100)
os.read(ready, 1)
print(a * b if a == 6 or found else "held")
