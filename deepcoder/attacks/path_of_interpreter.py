# Writes into the interpreter, its library and the libraries beside it.
# kind: paths
# stdin: WA
# function: WA
# code: WA
import os
import sys


def solve(a, b):
    written = 0
    folders = [path for path in sys.path if path and os.path.abspath(path) != os.getcwd()]
    files = [os.__file__, sys.executable or "/usr/bin/python3", "/usr/bin/env", "/etc/ld.so.preload", "/etc/passwd"]
    for path in [*(folder + "/attack.py" for folder in folders), *files]:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
            written += 1
        except OSError:
            pass
        try:
            os.chmod(path, 0o777)
            written += 1
        except OSError:
            pass
    return a * b if written else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
