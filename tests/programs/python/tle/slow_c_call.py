# One call into C that never returns to the interpreter.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
import re

re.match("(a+)+$", "a" * 60 + "b")
