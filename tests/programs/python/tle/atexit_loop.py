# Endless after the last line.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import atexit


@atexit.register
def loop():
    while True:
        pass


print(5, flush=True)
