# Fills the buffers of pipes and sockets, which are the kernel's memory.
# kind: bombs
# stdin: RTE
# function: RTE
# code: RTE
import fcntl
import os
import socket

kept = []
while True:
    given = os.pipe()
    try:
        fcntl.fcntl(given[1], 1031, 1 << 20)  # F_SETPIPE_SZ
    except OSError:
        pass
    pair = socket.socketpair()
    kept.append((given, pair))
    for fd in (given[1], pair[0].fileno()):
        os.set_blocking(fd, False)
        try:
            while os.write(fd, b"x" * (1 << 16)):
                pass
        except BlockingIOError:
            pass
