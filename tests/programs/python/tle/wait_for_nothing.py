# A deadlock.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()
