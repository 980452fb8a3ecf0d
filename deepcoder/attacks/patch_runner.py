# Replaces every function of the runner's modules in its own process.
# kind: patching
# stdin: WA
# function: WA RTE TLE
# code: WA RTE TLE
# limits: cpu_s=0.4
import sys
import types

for name, module in list(sys.modules.items()):
    if name.startswith("deepcoder"):
        for key, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType):
                setattr(module, key, lambda *rest, **named: "42")


def solve(a, b):
    return 1


print("nothing")
