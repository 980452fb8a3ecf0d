# Is a hundred thousand signs, which the compiler goes through by recursion.
# kind: source
# stdin: CE RTE MLE
# function: CE RTE MLE
# code: CE RTE MLE
# append: "x = " + "-" * 100_000 + "1"
