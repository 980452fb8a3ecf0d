# Imports itself and the runner under every name there is, to run twice.
# kind: source
# stdin: WA
# function: WA RTE
# code: WA RTE
import importlib

for name in ("main", "solution", "__main__", "tests", "deepcoder.runner.supervisor", "deepcoder.runner.testcode", "deepcoder"):
    try:
        importlib.reload(importlib.import_module(name))
    except BaseException:
        pass


def solve(a, b):
    return "held"
