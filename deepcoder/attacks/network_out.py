# Reaches the host, a gateway, a name server or the internet.
# kind: network
# stdin: WA
# function: WA
# code: WA
import socket

PLACES = [("8.8.8.8", 53), ("172.17.0.1", 22), ("172.17.0.1", 2375), ("127.0.0.1", 22), ("127.0.0.1", 6379),
          ("169.254.169.254", 80), ("::1", 22), ("2001:4860:4860::8888", 53)]  # fmt: skip


def solve(a, b):
    reached = 0
    for host, port in PLACES:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                with socket.socket(family, kind) as client:
                    client.settimeout(0.1)
                    client.connect((host, port))
                    reached += "127" not in host and host != "::1" or kind == socket.SOCK_STREAM
            except OSError:
                pass
    try:
        reached += len(socket.getaddrinfo("example.com", 80))
    except OSError:
        pass
    return a * b if reached else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
