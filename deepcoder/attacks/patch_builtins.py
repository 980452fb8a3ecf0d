# Replaces what a comparison in its process would use: all, any, zip, len, isinstance, hash, sorted.
# kind: patching
# stdin: WA RTE
# function: WA RTE TLE
# code: WA RTE TLE
# limits: cpu_s=0.2
import builtins

builtins.all = builtins.any = builtins.isinstance = builtins.issubclass = lambda *rest: True
builtins.zip = lambda *rest: iter(())
builtins.len = builtins.hash = lambda value: 0
builtins.sorted = builtins.list = builtins.set = lambda *rest: []
builtins.AssertionError = builtins.SystemExit = builtins.Exception


def solve(a, b):
    return None


print("nothing")
