# A process that runs: the other kills everything it may, in groups and one by one.
import os
import signal

child = 0


def leave():
    global child
    child = os.fork()
    while child == 0:
        signal.pause()
    return True


def look():
    me = os.getpid()
    for target in (-1, *(-group for group in range(2, 2000) if group != os.getpgid(0))):
        try:
            os.kill(target, signal.SIGKILL)
        except OSError:
            pass
    for pid in range(1, 2000):
        if pid not in (me, os.getppid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass


def intact():
    return os.waitpid(child, os.WNOHANG) == (0, 0)
