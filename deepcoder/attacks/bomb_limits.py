# Raises its own limits, and those of every other process.
# kind: bombs
# stdin: WA
# function: WA
# code: WA
import os
import resource

KINDS = (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)


def solve(a, b):
    raised = 0
    for pid in [0, *map(int, filter(str.isdigit, os.listdir("/proc")))]:
        for kind in KINDS:
            try:
                now = resource.prlimit(pid, kind)
                more = (now[1] + 1, now[1] + 1) if pid in (0, os.getpid()) else (1, 1)
                resource.prlimit(pid, kind, more)
                raised += 1
            except (OSError, ValueError):
                pass
    return a * b if raised else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
