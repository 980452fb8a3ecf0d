# Writes to the memory of every other process through /proc.
# kind: forging
# stdin: WA
# function: WA
# code: WA
import os


def solve(a, b):
    reached = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) != os.getpid():
            for name in ("oom_score_adj", "comm", "clear_refs", "timerslack_ns", "coredump_filter"):
                try:
                    with open(f"/proc/{pid}/{name}", "wb", 0) as file:
                        reached += file.write(b"5")
                except OSError:
                    pass
            try:
                with open(f"/proc/{pid}/mem", "r+b", 0):
                    reached += 1
            except OSError:
                pass
    return a * b if reached else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
