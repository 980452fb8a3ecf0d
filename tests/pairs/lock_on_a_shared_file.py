# Locks on a file that every program may read, which a child holds.
# hole: process: side by side: two of them on one machine show their programs the same files of that machine
import fcntl
import os
import signal
import struct

FILE = os.path.join(os.path.dirname(os.__file__), "this.py")
FLOCK = "hhqqi4x"  # struct flock of 64-bit Linux


def leave():
    file = open(FILE)
    fcntl.flock(file, fcntl.LOCK_SH)
    fcntl.fcntl(file, fcntl.F_SETLK, struct.pack(FLOCK, fcntl.F_RDLCK, 0, 0, 0, 0))
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    leave.kept = file
    return True


def look():
    found = []
    with open(FILE) as file:
        asked = fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(FLOCK, fcntl.F_WRLCK, 0, 0, 0, 0))
        if struct.unpack(FLOCK, asked)[0] != fcntl.F_UNLCK:
            found.append("fcntl")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            found.append("flock")
    return found
