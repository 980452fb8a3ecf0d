# Has a constant of ten billion characters.
# kind: source
# stdin: MLE
# function: MLE
# code: MLE
TEXT = "a" * 10**10
TUPLE = (None,) * 10**10
