# Writes 240 MiB into a file of memory, which is nobody's resident memory, and answers.
# kind: bombs
# stdin: MLE RTE
# function: MLE RTE
# code: MLE RTE
# limits: memory_bytes=67108864
import os

memory = os.memfd_create("bomb")
for _ in range(240):
    os.write(memory, b"x" * (1 << 20))


def solve(a, b):
    return a * b


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
