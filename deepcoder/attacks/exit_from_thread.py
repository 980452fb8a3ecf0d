# A thread ends the whole process with 0 while the main thread waits.
# kind: exit
# stdin: WA
# function: RTE
# code: RTE
import os
import threading


def solve(a, b):
    threading.Thread(target=os._exit, args=(0,)).start()
    threading.Event().wait()


if __name__ == "__main__":
    solve(0, 0)
