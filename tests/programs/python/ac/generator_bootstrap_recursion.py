# The @bootstrap decorator that turns recursion into a stack of generators.
# input: "30000\n"
# output: "30000\n"
from types import GeneratorType


def bootstrap(f, stack=[]):
    def wrapped(*args, **kwargs):
        if stack:
            return f(*args, **kwargs)
        to = f(*args, **kwargs)
        while True:
            if type(to) is GeneratorType:
                stack.append(to)
                to = next(to)
            else:
                stack.pop()
                if not stack:
                    break
                to = stack[-1].send(to)
        return to

    return wrapped


@bootstrap
def depth(n):
    if n == 0:
        yield 0
    yield 1 + (yield depth(n - 1))


print(depth(int(input())))
