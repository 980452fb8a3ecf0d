# Starts its own file anew in other processes, reads it, and is told that it runs on a judge.
# input: ""
# output: "5 True True\n"
import inspect
import multiprocessing
import os


def square(n):
    return n * n


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        total = sum(pool.map(square, [1, 2]))
    print(total, "return n * n" in inspect.getsource(square), "ONLINE_JUDGE" in os.environ)
