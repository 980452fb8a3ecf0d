# A process that answers while it lives: the other kills everything it may, all at once, in groups and one by one.
import os
import signal

ask = answer = -1


def leave():
    global ask, answer
    asked, ask = os.pipe()
    answer, answering = os.pipe()
    if os.fork() == 0:
        os.close(ask)
        while os.read(asked, 1):
            os.write(answering, b"x")
        os._exit(0)
    os.close(asked)
    os.close(answering)
    return intact()


def look():
    for target in (-1, *range(-300, -1), *range(1, 300)):
        if abs(target) not in (os.getpid(), os.getpgid(0), os.getppid()):
            try:
                os.kill(target, signal.SIGKILL)
            except OSError:
                pass


def intact():
    if ask < 0:
        return True
    try:
        os.write(ask, b"x")
    except BrokenPipeError:
        return False
    return os.read(answer, 1) == b"x"
