# Watches every call and every audited event, to change what functions of the runner return.
# kind: patching
# stdin: WA RTE
# function: WA RTE
# code: WA RTE
import sys
import threading


def trace(frame, event, argument):
    for name in ("value", "expected", "outcome", "body"):
        if name in frame.f_locals:
            frame.f_locals[name] = 42
    return trace


sys.settrace(trace)
sys.setprofile(lambda *rest: None)
threading.settrace(trace)
sys.addaudithook(lambda *rest: None)


def solve(a, b):
    return "nothing"


print("nothing")
