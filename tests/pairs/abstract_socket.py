# A socket with an abstract name, on which a child listens.
import os
import signal
import socket

NAME = "\0left"


def leave():
    server = socket.socket(socket.AF_UNIX)
    server.bind(NAME)
    server.listen()
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    return True


def look():
    with socket.socket(socket.AF_UNIX) as client:
        found = ["connected"] if client.connect_ex(NAME) == 0 else []
    return found + [line for line in open("/proc/net/unix") if "@left" in line]
