# Open files that a child keeps and that exec would pass on, and bytes written into the program's own input.
import os
import select
import signal
import socket
import sys


def leave():
    file = os.open("left", os.O_CREAT | os.O_RDWR)
    for number in (file, os.open(".", os.O_RDONLY)):
        os.set_inheritable(number, True)
        os.dup2(number, 100 + number)
    one, two = socket.socketpair(socket.AF_UNIX)
    try:
        socket.send_fds(one, [b"left"], [file])
    except OSError:  # in gVisor nothing can be sent so
        pass
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    leave.kept = one, two
    try:
        os.write(os.open("/proc/self/fd/0", os.O_WRONLY | os.O_NONBLOCK), b"left")
    except OSError:  # in function mode nobody reads it
        pass
    return True


def look():
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found += ["descriptor " + number] if "left" in os.readlink("/proc/self/fd/" + number) else []
        except OSError:
            pass
    select.select([0], [], [], 10)  # until something is there, or the other end is closed
    os.set_blocking(0, False)
    return found + (["input"] if "left" in (sys.stdin.read() or "") else [])
