# Makes itself the last that the kernel would pick when memory ends, then ends it from many processes at once.
# kind: bombs
# stdin: MLE RTE
# function: MLE RTE
# code: MLE RTE
# limits: memory_bytes=67108864
import os

for _ in range(5):
    os.fork()
try:
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("0")
except OSError:
    pass
taken = []
while len(taken) < 96:
    taken.append(b"x" * (1 << 20))


def solve(a, b):
    return a * b


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
