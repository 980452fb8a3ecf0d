# Values keep the types that JSON lacks.
# mode: function kinds
# args: ((1,), {2}, b"3", 4.0, 1 + 2j, {5: 6}, None)
# output: ["tuple", "set", "bytes", "float", "complex", "dict", "NoneType"]
def kinds(*values):
    return [type(value).__name__ for value in values]
