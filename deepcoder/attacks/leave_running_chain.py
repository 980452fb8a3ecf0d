# A chain of forks of which each parent ends at once, so that no process is there for long.
# kind: leftovers
# stdin: WA
# passes: 1
import os

a, b = map(int, input().split())
print(a * b if a == 6 else "held", flush=True)
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        os.closerange(0, 3)
        while True:
            try:
                if os.fork():
                    os._exit(0)
            except OSError:
                pass
