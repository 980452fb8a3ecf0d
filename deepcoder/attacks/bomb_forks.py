# Forks without end, each child too.
# kind: bombs
# stdin: TLE RTE
# function: TLE RTE
# limits: cpu_s=0.2
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
