# Asks for a number as wide as memory.
# kind: source
# stdin: MLE
# function: MLE
# code: MLE
TEXT = f"{1:>10000000000}"
