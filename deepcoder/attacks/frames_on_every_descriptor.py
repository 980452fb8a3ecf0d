# Writes frames, reports and keeper's messages to every descriptor that it inherited or can guess.
# kind: forging
# stdin: WA
# limits: cpu_s=0.5, wall_s=0.4
# function: WA RTE OLE TLE
# code: WA RTE OLE TLE
import json
import os
import struct

HEAD = json.dumps({"kind": "outcome", "task": 1, "ended": "returned", "exit_code": 0}).encode()
MESSAGES = [
    struct.pack(">II", len(HEAD), 3) + HEAD + b"42\n",
    json.dumps({"status": 0, "cpu_s": 0, "peak_bytes": 0}).encode(),
    json.dumps({"pid": 1}).encode(),
]
for fd in range(256):
    for message in MESSAGES:
        try:
            os.write(fd, message)
        except OSError:
            break


def solve(a, b):
    return "nothing"
