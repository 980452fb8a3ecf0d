# Stops the clocks that a judge in its process would read, and computes on.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.2
import signal
import time

time.time = time.monotonic = time.process_time = time.perf_counter = lambda: 0.0
signal.alarm = signal.setitimer = lambda *rest: 0
while True:
    pass
