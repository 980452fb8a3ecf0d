# Brackets nested too deeply for the parser.
# append: "x = " + "(" * 5000 + ")" * 5000
# input: ""
# output: "5\n"
print(5)
