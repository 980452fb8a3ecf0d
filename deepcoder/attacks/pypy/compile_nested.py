# Is nested too deep for the parser.
# kind: compiling
# stdin: CE RTE
# append: "x = " + "(" * 100000 + ")" * 100000
x = 0
