# Ignores every signal, and uses CPU for ever.
# kind: signals
# stdin: TLE
# limits: cpu_s=0.5
import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
