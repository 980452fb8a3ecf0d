# A watch on a file that every program may read, which tells when another opens it.
# hole: process: side by side: two of them on one machine show their programs the same files of that machine
import ctypes
import os
import select

FILE = os.path.join(os.path.dirname(os.__file__), "this.py")
LIBC = ctypes.CDLL(None, use_errno=True)
IN_NONBLOCK, IN_OPEN = 0o4000, 0x20
watch = -1


def leave():
    global watch
    watch = LIBC.inotify_init1(IN_NONBLOCK)
    return LIBC.inotify_add_watch(watch, FILE.encode(), IN_OPEN) > 0


def look():
    open(FILE).close()


def intact():
    return not select.select([watch], [], [], 0)[0]
