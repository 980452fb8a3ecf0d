# Opens sockets of the kernel's crypto interface and other rare families.
# kind: network
# stdin: WA
# function: WA
# code: WA
import socket

RARE = {"ax25": 3, "key": 15, "rds": 21, "bluetooth": 31, "tipc": 30, "alg": 38, "nfc": 39, "kcm": 41, "xdp": 44}


def solve(a, b):
    opened = []
    for name, family in RARE.items():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                opened.append(name)
            except OSError:
                pass
    return a * b if opened else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
