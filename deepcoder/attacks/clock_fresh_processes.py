# Goes on in a new process every few milliseconds, and has nobody wait for the old ones: their time is in no account.
# kind: clocks
# stdin: TLE RTE WA
# function: TLE RTE WA
# limits: cpu_s=0.3
import ctypes
import os
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36
STEPS = 4_000_000_000 if sys.implementation.name == "pypy" else 200_000_000


def solve(a, b):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answer, done = os.pipe()
    if os.fork():
        os.close(done)
        return int(os.read(answer, 20) or 0)

    def move(*_):
        if os.fork():
            os._exit(0)
        signal.setitimer(signal.ITIMER_REAL, 0.012)

    signal.signal(signal.SIGALRM, move)
    signal.setitimer(signal.ITIMER_REAL, 0.012)
    steps = 0
    while steps < STEPS:
        steps += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.write(done, b"%d" % (a * b))
    os._exit(0)


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
