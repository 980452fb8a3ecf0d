# Writes the runner's frames to standard output: outcomes of this test and of the ones after it.
# kind: forging
# stdin: WA
# function: WA
# code: WA
import json
import os
import struct

print("{}", flush=True)
for task in range(200):
    head = json.dumps({"kind": "outcome", "task": task, "ended": "exited", "exit_code": 0}).encode()
    os.write(1, struct.pack(">II", len(head), 3) + head + b"42\n")


def solve(a, b):
    return "nothing"
