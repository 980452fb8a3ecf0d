# Holds surrogates, NUL bytes and control characters.
# kind: source
# stdin: CE
# function: CE
# code: CE
# append: "x = '\ud800\x00\x1b[2J\x1a'\n"
