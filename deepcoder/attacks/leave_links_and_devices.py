# Leaves links out of the folder, hard links, pipes, sockets, devices and programs with the set-user-ID bit.
# kind: leftovers
# stdin: WA
# function: WA
# code: WA
import os
import socket


def attempt(call, *rest):
    try:
        call(*rest)
    except OSError:
        pass


for target in ("/", "..", "/tmp", "/proc/self/root", "/proc/1/root", "/none", "."):
    attempt(os.symlink, target, "link-" + target.replace("/", "_"))
attempt(os.link, "/usr/bin/env", "hard")
attempt(os.link, "/proc/self/mem", "hard-mem")
attempt(os.mkfifo, "pipe")
attempt(os.mknod, "device", 0o20666, os.makedev(1, 3))
attempt(socket.socket(socket.AF_UNIX).bind, "socket")
attempt(os.rename, ".", "../elsewhere")
attempt(os.rmdir, os.getcwd())
with open("program", "w") as file:
    file.write("#!/bin/sh\nid\n")
os.chmod("program", 0o6777)
os.chmod(".", 0)
print("held")


def solve(a, b):
    return "held"
