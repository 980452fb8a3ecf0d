# Knows that it runs as a program, under PyPy.
# input: ""
# output: "__main__ PyPy ok\n"
import platform


class Noisy:
    def __del__(self):
        pass


Noisy()
if __name__ == "__main__":
    print(__name__, platform.python_implementation(), end=" ")
    try:
        print(open(0).read() + "ok")
    finally:
        raise SystemExit
