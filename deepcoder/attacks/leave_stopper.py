# A child that, once its parent has ended, stops every process of its user, such as one that is to kill it.
# kind: leftovers
# stdin: WA
# passes: 1
import os
import signal

a, b = map(int, input().split())
ended, end = os.pipe()
if a == 6 and os.fork() == 0:
    os.setsid()
    os.close(end)
    os.read(ended, 1)
    while True:
        try:
            os.kill(-1, signal.SIGSTOP)
        except ProcessLookupError:
            pass
print(a * b if a == 6 else "held", flush=True)
