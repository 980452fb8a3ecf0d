# Raises an exception whose text is an answer, kills what formats it, or never ends.
# kind: objects
# function: RTE
# code: RTE
class Passed(AssertionError):
    __str__ = __repr__ = lambda self: "\n".join(["passed", "Passed Exception", "42"])


Passed.__name__ = Passed.__qualname__ = "passed\nAssertionError"


def solve(a, b):
    raise Passed
