# Is one line of 20 MB.
# kind: source
# stdin: WA
# function: RTE
# append: "x = '" + "a" * 20_000_000 + "'"
