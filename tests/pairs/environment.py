# Variables, in Python's copy and in the C library's.
import ctypes
import os

LIBC = ctypes.CDLL(None)


def leave():
    os.environ["LEFT"] = "left"
    return LIBC.setenv(b"LEFT_IN_C", b"left", 1) == 0


def look():
    LIBC.getenv.restype = ctypes.c_char_p
    return [name for name in os.environ if "LEFT" in name] + ([1] if LIBC.getenv(b"LEFT_IN_C") else [])
