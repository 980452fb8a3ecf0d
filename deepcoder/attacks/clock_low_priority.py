# Computes at the lowest priority there is, as if it were always waiting for a processor.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.1, wall_s=4
import os

for call, rest in [(os.nice, [19]), (os.sched_setscheduler, [0, os.SCHED_IDLE, os.sched_param(0)])]:
    try:
        call(*rest)
    except OSError:
        pass
while True:
    pass
