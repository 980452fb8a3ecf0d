# Signals every process that it can see, the runner among them.
# kind: signals
# stdin: WA
# function: WA
# code: WA
import os
import signal


def solve(a, b):
    reached = 0
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            for number in (0, signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
                try:
                    os.kill(int(name), number)
                    reached += 1
                except OSError:
                    pass
    return a * b if reached else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
