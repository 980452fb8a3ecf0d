# Ends at once; a child that keeps standard output answers afterwards, and a while into the next test.
# kind: forging
# stdin: WA
import os
import time

a, b = map(int, input().split())
if os.fork() == 0:
    os.setsid()
    for _ in range(20):
        time.sleep(0.02)
        os.write(1, f"{a * b}\n{123 * 457}\n".encode())
