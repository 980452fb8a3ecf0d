# Is one chain of fifty thousand attributes and calls.
# kind: source
# stdin: CE RTE MLE
# function: CE RTE MLE
# code: CE RTE MLE
# append: "x = 1" + ".real" * 50_000
