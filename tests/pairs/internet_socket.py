# Servers on loopback, IPv4 and IPv6, which a child holds. Process sandboxes have not even loopback.
# refused: docker process gvisor
import os
import signal
import socket

ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
PORT = 7777


def leave():
    held = []
    for family, host in ADDRESSES:
        try:
            server = socket.socket(family)
            server.bind((host, PORT))
            server.listen()
            held.append(server)
        except OSError:
            pass
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    return bool(look())


def look():
    found = []
    for family, host in ADDRESSES:
        try:
            with socket.create_connection((host, PORT), timeout=1):
                found.append(host)
        except OSError:
            pass
    return found
