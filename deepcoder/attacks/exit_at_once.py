# Leaves with exit code 0 before a test can say anything.
# kind: exit
# stdin: WA
# function: RTE
# code: RTE
import sys

sys.exit(0)
