# Returns an object whose every comparison says yes.
# kind: objects
# stdin: WA
# function: WA
# code: WA
class Anything:
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __contains__ = __bool__ = __call__ = lambda self, *rest: True
    __hash__ = lambda self: 42
    __getattr__ = __add__ = __mul__ = lambda self, other: self


def solve(a, b):
    return Anything()


if __name__ == "__main__":
    print(solve(0, 0))
