# Fills 400 MiB of shared memory piece by piece, each unmapped from its pages once it is written, and answers.
# kind: bombs
# stdin: MLE RTE
# function: MLE RTE
# code: MLE RTE
# limits: memory_bytes=67108864
import mmap

taken = mmap.mmap(-1, 400 << 20)
PIECE = 16 << 20
for start in range(0, len(taken), PIECE):
    taken[start : start + PIECE] = b"x" * PIECE
    taken.madvise(mmap.MADV_DONTNEED, start, PIECE)


def solve(a, b):
    return a * b if taken[0] == taken[-1] == ord("x") else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
