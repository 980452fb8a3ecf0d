# Is a hundred thousand brackets.
# kind: source
# stdin: CE
# function: CE
# code: CE
# append: "(" * 100_000 + ")" * 100_000
