# A socket with a path, in the scratch folder, on which a child listens.
import os
import signal
import socket

NEAR = [f"/tmp/{number}" for user in (os.getuid(), os.getpid()) for number in range(user - 300, user + 300)]


def leave():
    os.chmod(".", 0o777)
    server = socket.socket(socket.AF_UNIX)
    server.bind("socket")
    os.chmod("socket", 0o777)
    server.listen()
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    return True


def look():
    found = []
    for folder in [".", "/tmp", *NEAR]:
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(folder + "/socket") == 0:
                found.append(folder)
    return found
