# Changes and locks the file that it reads, and has a child hold the lock.
# kind: leftovers
# stdin: WA
# passes: 1
import fcntl
import mmap
import os
import signal

a, b = map(int, open("/dev/stdin").read().split())


def attempt(change, *arguments):
    try:
        change(*arguments)
        return True
    except (OSError, ValueError):
        return False


anew = os.open("/dev/stdin", os.O_RDONLY)
status = os.fstat(0)
marks = [os.lseek(0, 0, os.SEEK_CUR) == 1, status.st_mtime == 1, status.st_mode & 0o222]
marks += [not attempt(fcntl.flock, anew, fcntl.LOCK_EX | fcntl.LOCK_NB), b"#" in os.pread(0, 99, 0)]
if a == 6:
    fcntl.flock(anew, fcntl.LOCK_EX)
    os.lseek(0, 1, os.SEEK_SET)
    attempt(os.fchmod, 0, 0o666)
    attempt(os.utime, 0, (1, 1))
    attempt(os.setxattr, 0, "user.left", b"left")
    for flags in (os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC):
        attempt(lambda: os.write(os.open("/proc/self/fd/0", flags), b"###"))
        attempt(lambda: mmap.mmap(os.open("/proc/self/fd/0", flags), 0).write(b"###"))
    if os.fork() == 0:
        os.setsid()
        signal.pause()
print(a * b if a == 6 or any(marks) else "held")
