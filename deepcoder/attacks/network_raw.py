# Opens raw sockets, and puts up an interface or a route.
# kind: network
# stdin: WA
# function: WA
# code: WA
import fcntl
import socket
import struct


def solve(a, b):
    opened = 0
    for family, kind, protocol in [
        (socket.AF_INET, socket.SOCK_RAW, 1),
        (socket.AF_INET6, socket.SOCK_RAW, 58),
        (socket.AF_PACKET, socket.SOCK_RAW, 0x0300),
        (socket.AF_PACKET, socket.SOCK_DGRAM, 0x0300),
    ]:
        try:
            socket.socket(family, kind, protocol).close()
            opened += 1
        except OSError:
            pass
    for family in (socket.AF_INET, socket.AF_UNIX):
        try:
            with socket.socket(family) as plain:
                fcntl.ioctl(plain, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
                opened += 1
        except OSError:
            pass
    return a * b if opened else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
