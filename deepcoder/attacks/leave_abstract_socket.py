# A daemon listens on an abstract socket, on loopback and in the scratch folder.
# kind: leftovers
# stdin: WA
# passes: 1
import os
import socket
import time

a, b = map(int, input().split())
places = [(socket.AF_UNIX, "\0attack"), (socket.AF_INET, ("127.0.0.1", 7777)), (socket.AF_UNIX, "/tmp/attack")]
found = False
servers = []
for family, address in places:
    try:
        socket.socket(family).connect(address)
        found = True
    except OSError:
        pass
    try:
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        servers.append(server)
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
print(a * b if a == 6 or found else "held")
