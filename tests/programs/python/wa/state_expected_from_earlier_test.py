# Nothing of the first test reaches the second: no file, no module state.
# input: "1\n"
# output: "1 0\n"
# input: "2\n"
# output: "2 1\n"
import os
import sys

found = os.path.exists("mark") or hasattr(sys, "mark")
open("mark", "w").close()
sys.mark = True
print(input(), int(found))
