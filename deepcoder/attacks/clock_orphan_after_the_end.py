# Answers and ends, and lets an orphan go on computing.
# kind: clocks
# stdin: WA TLE
import os

if os.fork() == 0:
    os.setsid()
    while True:
        pass
print("held")
