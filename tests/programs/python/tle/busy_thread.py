# A thread is busy, the main thread waits for it.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import threading


def loop():
    while True:
        pass


threading.Thread(target=loop).start()
