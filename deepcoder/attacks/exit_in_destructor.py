# An object that ends the process with 0 when it is collected, in whoever's hands it is.
# kind: exit
# stdin: WA
# function: WA RTE
# code: WA RTE
import os


class Bomb:
    def __del__(self):
        os._exit(0)


def solve(a, b):
    return Bomb()


if __name__ == "__main__":
    solve(0, 0)
