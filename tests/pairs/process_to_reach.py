# A process that runs: the other looks for it in /proc, signals it by its number, traces it, and reads and writes its memory.
import ctypes
import os
import signal

LIBC = ctypes.CDLL(None, use_errno=True)
ATTACH, DETACH = 16, 17
HERE = ctypes.create_string_buffer(8)
child = 0


def succeeds(call):
    """Whether it does, in a child: a filter of the sandbox may end the process that makes it."""
    maker = os.fork()
    if maker == 0:
        os._exit(0 if call() else 1)
    return os.waitpid(maker, 0)[1] == 0


def trace(pid):
    if LIBC.ptrace(ATTACH, pid, 0, 0) != 0:
        return False
    os.waitpid(pid, 0x40000000)  # __WALL
    return LIBC.ptrace(DETACH, pid, 0, 0) == 0


class Span(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("size", ctypes.c_size_t)]


def write(pid):
    span = Span(ctypes.addressof(HERE), 8)  # a fork has the same addresses
    return LIBC.process_vm_writev(pid, ctypes.byref(span), 1, ctypes.byref(span), 1, 0) > 0


def leave():
    global child
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        LIBC.prctl(15, b"left", 0, 0, 0)
        os.write(go, b"x")
        while True:
            signal.pause()
    return os.read(ready, 1) == b"x"


def look():
    found = []
    for pid in {*range(1, 300), *map(int, filter(str.isdigit, os.listdir("/proc")))} - {os.getpid()}:
        try:
            found += [f"comm {pid}"] if open(f"/proc/{pid}/comm").read() == "left\n" else []
        except OSError:
            pass
        for name in ("environ", "maps", "mem"):
            try:
                os.close(os.open(f"/proc/{pid}/{name}", os.O_RDWR if name == "mem" else os.O_RDONLY))
                found.append(f"{name} {pid}")
            except OSError:
                pass
        try:
            os.kill(pid, 0)
            found.append(f"kill {pid}")
        except OSError:
            pass
        try:
            signal.pidfd_send_signal(os.pidfd_open(pid), 0)
            found.append(f"pidfd {pid}")
        except OSError:
            pass
        if os.path.exists(f"/proc/{pid}"):
            for call in (write, trace):
                found += [f"{call.__name__} {pid}"] if succeeds(lambda: call(pid)) else []
    return found


def intact():
    return os.waitpid(child, os.WNOHANG) == (0, 0)
