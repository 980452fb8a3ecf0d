# An expression nested too deeply for the compiler: a MemoryError or RecursionError of the compiler is no limit of the program.
# append: "x = " + "-" * 100000 + "1"
# input: ""
# output: "5\n"
print(5)
