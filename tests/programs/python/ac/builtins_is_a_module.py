# In __main__, __builtins__ is the module builtins.
# input: "ab\n"
# output: "2\n"
length = __builtins__.len
print(length(__builtins__.input()))
