# Sends files, a pipe and the sockets themselves through sockets that nobody reads, in circles.
# kind: leftovers
# function: WA RTE
# code: WA RTE
import os
import socket

for number in range(8):
    one, two = socket.socketpair(socket.AF_UNIX)
    pipe, full = os.pipe()
    os.write(full, bytes(1 << 16))
    file = os.open(f"file-{number}", os.O_CREAT | os.O_RDWR)
    os.write(file, bytes(1 << 20))
    socket.send_fds(one, [b"x"], [one.fileno(), two.fileno(), pipe, file])
    socket.send_fds(two, [b"x"], [one.fileno(), two.fileno(), pipe, file])
print("held")


def solve(a, b):
    return "held"
