# Matches a pattern that backtracks for ever, inside one call of C code.
# kind: source
# stdin: TLE
# function: TLE
# limits: cpu_s=0.2
import re

re.match(r"(a*)*b", "a" * 40)
