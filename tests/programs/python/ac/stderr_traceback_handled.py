# Prints a traceback of an error that it has handled.
# input: "x\n"
# output: "-1\n"
import traceback

try:
    print(int(input()))
except ValueError:
    traceback.print_exc()
    print(-1)
