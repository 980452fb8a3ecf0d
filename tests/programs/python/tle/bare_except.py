# A bare except around an endless loop catches whatever can be caught.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except:
        pass
while True:
    try:
        while True:
            pass
    except:
        pass
