# What belongs to the file behind standard input: its content, offset, locks, times, mode bits and attributes.
import fcntl
import os
import signal


def attempt(change, *arguments):
    try:
        change(*arguments)
    except OSError:
        pass


def leave():
    attempt(fcntl.flock, 0, fcntl.LOCK_EX)
    os.lseek(0, 1, os.SEEK_SET)
    attempt(os.fchmod, 0, 0o777)
    attempt(os.utime, 0, (1, 1))
    attempt(os.setxattr, 0, "user.left", b"left")
    attempt(lambda: os.write(os.open("/proc/self/fd/0", os.O_RDWR), b"changed"))
    attempt(lambda: os.write(os.open("/proc/self/fd/0", os.O_WRONLY | os.O_TRUNC), b"changed"))
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    return True


def look():
    """The driver has read all of it."""
    found = []
    status = os.fstat(0)
    if os.lseek(0, 0, os.SEEK_CUR) != status.st_size:
        found.append("offset")
    if status.st_mode & 0o222:
        found.append("mode bits")
    if status.st_mtime == 1:
        found.append("times")
    if b"changed" in os.pread(0, 100, 0):
        found.append("content")
    try:
        found += os.listxattr(0)
    except OSError:  # files in memory may have no attributes
        pass
    try:
        fcntl.flock(os.open("/dev/stdin", os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        found.append("flock")
    except OSError:  # devices in gVisor take no locks
        pass
    return found
