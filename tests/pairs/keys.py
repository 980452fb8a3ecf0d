# A key that everybody may read, in each keyring that can be reached.
# refused: docker process gvisor
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
ADD_KEY, KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
SET_PERMISSIONS, SEARCH, READ, SET_TIMEOUT = 5, 10, 11, 15
RINGS = range(-3, -6, -1)  # session, user, user session: those of a thread or process end with it
NAME = b"left-for-the-next"


def in_child(call):
    """What the call returns: a filter of the sandbox may end the process that makes it."""
    ready, go = os.pipe()
    if os.fork() == 0:
        os.write(go, repr(call()).encode())
        os._exit(0)
    os.close(go)
    os.wait()
    return eval(os.read(ready, 10000) or "None")


def leave():
    return bool(in_child(make))


def look():
    return in_child(find)


def make():
    made = [LIBC.syscall(ADD_KEY, b"user", NAME, b"left", 4, ring) for ring in RINGS]
    for key in made:
        LIBC.syscall(KEYCTL, SET_PERMISSIONS, key, 0x3F3F3F3F)
        LIBC.syscall(KEYCTL, SET_TIMEOUT, key, 5)
    return max(made) > 0


def find():
    found = [ring for ring in RINGS if LIBC.syscall(KEYCTL, SEARCH, ring, b"user", NAME, 0) > 0]
    try:
        for line in open("/proc/keys"):
            number = int(line.split()[0], 16)
            if NAME.decode() in line and LIBC.syscall(KEYCTL, READ, number, ctypes.create_string_buffer(8), 8) > 0:
                found.append(number)
    except OSError:
        pass
    return found
