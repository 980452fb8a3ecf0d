# Leaves a key that everybody may read in each of the kernel's keyrings that it can reach.
# kind: leftovers
# stdin: RTE
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
ADD_KEY, KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
SET_PERMISSIONS, SEARCH, READ, SET_TIMEOUT = 5, 10, 11, 15
RINGS = range(-1, -6, -1)  # thread, process, session, user, user session
a, b = map(int, input().split())
found = max(LIBC.syscall(KEYCTL, SEARCH, ring, b"user", b"attack-left", 0) for ring in RINGS) > 0
try:
    with open("/proc/keys") as keys:
        for line in keys:
            if "attack-left" in line:
                number = int(line.split()[0], 16)
                found |= LIBC.syscall(KEYCTL, READ, number, ctypes.create_string_buffer(8), 8) > 0
except OSError:
    pass
if a == 6:
    for ring in RINGS:
        key = LIBC.syscall(ADD_KEY, b"user", b"attack-left", b"left", 4, ring)
        LIBC.syscall(KEYCTL, SET_PERMISSIONS, key, 0x3F3F3F3F)
        LIBC.syscall(KEYCTL, SET_TIMEOUT, key, 2)
print(a * b if a == 6 or found else "held")
