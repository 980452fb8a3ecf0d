# Module variables are reached through globals(), vars() and exec.
# input: "x = 5\n"
# output: "5 5 6\n"
exec(input())
globals()["y"] = x + 1
import sys

print(x, vars(sys.modules["__main__"])["x"], y)
