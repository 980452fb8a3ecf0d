# Takes another user, group or capability, or joins another process's namespaces.
# kind: kernel
# stdin: RTE WA
# function: RTE WA
# code: RTE WA
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)


def attempt(call, *rest):
    try:
        call(*rest)
        return True
    except OSError:
        return False


def solve(a, b):
    if os.getuid() == 0:  # of a user namespace with one user
        return "held"
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    done = [
        attempt(os.setuid, 0),
        attempt(os.setresuid, 0, 0, 0),
        attempt(os.setresuid, os.getuid() + 1, -1, -1),
        attempt(os.setgid, 0),
        attempt(os.setgroups, [0]),
        LIBC.capset(header, data) == 0,
        LIBC.sethostname(b"attack", 6) == 0,
        LIBC.prctl(23, 21, 0, 0, 0) == 1 and LIBC.prctl(47, 2, 21, 0, 0) == 0,  # an ambient capability
    ]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("user", "mnt", "pid", "net"):
            try:
                with open(f"/proc/{pid}/ns/{name}") as space:
                    done.append(LIBC.setns(space.fileno(), 0) == 0)
            except OSError:
                pass
    return a * b if any(done) else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
