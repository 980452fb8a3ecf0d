# Leaves shared memory that a child has mapped, that a socket holds unread, and in folders closed to all.
# kind: leftovers
# stdin: WA
# passes: 1
import contextlib
import mmap
import os
import signal
import socket
import time

a, b = map(int, input().split())
found = os.listdir("/dev/shm")
for number in range(100):
    os.makedirs(f"/dev/shm/{number}/within")
    os.chmod(f"/dev/shm/{number}", 0)
file = os.open("/dev/shm/attack", os.O_RDWR | os.O_CREAT)
os.truncate(file, 1 << 20)
memory = mmap.mmap(file, 1 << 20)
memory.write(b"left" * (1 << 18))
one, two = socket.socketpair()
with contextlib.suppress(OSError):
    socket.send_fds(one, [b"x"], [file, one.fileno(), two.fileno()])
os.chmod("/dev/shm", 0)
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)
print(a * b if a == 6 or found else "held")
