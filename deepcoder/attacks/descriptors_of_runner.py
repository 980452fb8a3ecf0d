# Opens the descriptors of every other process through /proc, and writes an outcome into them.
# kind: forging
# stdin: WA
# function: WA
# code: WA
import json
import os
import struct

HEAD = json.dumps({"kind": "outcome", "task": 1, "ended": "exited", "exit_code": 0}).encode()


def solve(a, b):
    answer = str(a * b).encode()
    frame = struct.pack(">II", len(HEAD), len(answer)) + HEAD + answer
    reached = 0
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        for fd in range(32) if pid != os.getpid() else ():
            try:
                with open(f"/proc/{pid}/fd/{fd}", "wb", 0) as file:
                    reached += file.write(frame)
            except OSError:
                pass
    return a * b if reached else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
