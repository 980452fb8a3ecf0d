# Opens sockets that no network namespace holds: of the virtual machine's host, of its hardware.
# kind: network
# stdin: WA
# function: WA
# code: WA
import socket


def solve(a, b):
    try:
        with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as server:
            server.bind((socket.VMADDR_CID_ANY, 54321))
            return a * b
    except OSError:
        return "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
