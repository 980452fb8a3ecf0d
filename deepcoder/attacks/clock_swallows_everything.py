# Catches whatever a grader may raise in it when its time is over, and goes on.
# kind: clocks
# stdin: TLE
# function: TLE
# code: TLE
# limits: cpu_s=0.3
import signal


def solve(a, b):
    while True:
        try:
            while True:
                pass
        except:
            pass


for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)
if __name__ == "__main__":
    print(solve(*map(int, input().split())))
