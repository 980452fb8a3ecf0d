# Leaves what a program under PyPy can: files, also where modules are looked for, and a process that holds a socket.
import glob
import os
import signal
import socket
import sys

FOLDERS = [".", "..", "/tmp", "/var/tmp", "/dev/shm", "/run", "/home", "/", os.path.expanduser("~"), *sys.path]


def leave():
    for folder in FOLDERS:
        try:
            with open(os.path.join(folder, "left.py"), "w"):
                print("left", folder)
        except OSError:
            pass
    ready, go = os.pipe()
    if os.fork() == 0:
        held = socket.socket(socket.AF_UNIX)
        os.setsid()
        for number in range(3):
            os.close(number)
        try:
            held.bind("\0left")
            held.listen()
            os.write(go, b"s")
        except OSError:
            os.write(go, b"n")
        while True:
            signal.pause()
    print("left process")
    if os.read(ready, 1) == b"s":
        print("left socket")


def look():
    for folder in FOLDERS:
        if os.path.exists(os.path.join(folder, "left.py")):
            print("seen", folder)
    try:
        import left

        print("seen module", left)
    except ImportError:
        pass
    try:
        with socket.socket(socket.AF_UNIX) as asks:
            asks.connect("\0left")
            print("seen socket")
    except OSError:
        pass
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        if int(path.split("/")[2]) not in (os.getpid(), os.getppid()):
            try:
                with open(path, "rb") as line, open("/proc/self/cmdline", "rb") as own:
                    if line.read() == own.read():
                        print("seen process")
            except OSError:
                pass


for word in sys.stdin.read().split():
    leave() if word == "leave" else look()
sys.stdout.flush()
