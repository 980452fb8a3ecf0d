# A named pipe that a child holds open at both ends.
import os
import signal

NEAR = [f"/tmp/{number}" for user in (os.getuid(), os.getpid()) for number in range(user - 300, user + 300)]


def leave():
    os.chmod(".", 0o777)
    os.umask(0)
    os.mkfifo("pipe", 0o666)
    os.write(os.open("pipe", os.O_RDWR), b"left")
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    return True


def look():
    found = []
    for folder in [".", "/tmp", *NEAR]:
        try:
            found.append(os.read(os.open(folder + "/pipe", os.O_RDONLY | os.O_NONBLOCK), 10).decode())
        except OSError:
            pass
    return found
