# Opens files, and sends them to itself, without end.
# kind: bombs
# stdin: RTE
# function: RTE
# code: RTE
import os
import socket

one, two = socket.socketpair()
one.setblocking(False)
for _ in range(100_000):
    fd = os.open("/dev/null", os.O_RDONLY)
    socket.send_fds(one, [b"x"], [fd] * 100)
    os.close(fd)
while True:
    os.open("/dev/null", os.O_RDONLY)
