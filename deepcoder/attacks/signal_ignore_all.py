# Ignores every signal that can be ignored, and catches every exception.
# kind: signals
# stdin: TLE
# function: TLE
# limits: cpu_s=0.2
import signal

for number in range(1, signal.NSIG):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            pass
    except:
        pass
