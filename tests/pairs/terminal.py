# A terminal that a child has as its own. Process sandboxes have none.
# refused: process gvisor
import fcntl
import os
import signal
import termios


def leave():
    try:
        master = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    fcntl.ioctl(master, termios.TIOCSPTLCK if hasattr(termios, "TIOCSPTLCK") else 0x40045431, b"\0\0\0\0")
    number = int.from_bytes(fcntl.ioctl(master, 0x80045430, b"\0\0\0\0"), "little")
    ready, go = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.set_inheritable(os.open(f"/dev/pts/{number}", os.O_RDWR), True)
        fcntl.ioctl(os.open(f"/dev/pts/{number}", os.O_RDWR), termios.TIOCSCTTY, 0)
        os.write(go, b"x")
        signal.pause()
    leave.kept = master
    return os.read(ready, 1) == b"x"


def look():
    found = []
    try:
        os.open("/dev/tty", os.O_RDWR)
        found.append("/dev/tty")
    except OSError:
        pass
    return found + [name for name in (os.listdir("/dev/pts") if os.path.isdir("/dev/pts") else []) if name.isdigit()]
