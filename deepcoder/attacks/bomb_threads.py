# Starts threads without end.
# kind: bombs
# stdin: TLE RTE
# function: TLE RTE
# limits: cpu_s=0.2, wall_s=0.4
import threading

while True:
    try:
        threading.Thread(target=threading.Event().wait).start()
    except RuntimeError:
        pass
