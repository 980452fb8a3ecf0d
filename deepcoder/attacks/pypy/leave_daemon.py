# Leaves a process in a session of its own.
# kind: leftovers
# stdin: WA
# passes: 1
import os
import time

a, b = map(int, input().split())
print(a * b if a == 6 else "held", flush=True)
if os.fork() == 0:
    os.setsid()
    os.closerange(0, 3)
    if os.fork() == 0:
        while True:
            try:
                open("/tmp/left", "w").close()
            except OSError:
                pass
            time.sleep(0.01)
    os._exit(0)
