# Raises an exception with a text of 100 MB.
# kind: floods
# stdin: RTE
# function: RTE
# code: RTE
# limits: memory_bytes=1000000000
class Long(Exception):
    __str__ = lambda self: "x" * 100_000_000


def solve(a, b):
    raise Long


if __name__ == "__main__":
    solve(0, 0)
