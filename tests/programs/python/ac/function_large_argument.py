# Arguments and result of about a megabyte, in several tests.
# mode: function double
# args: (list(range(150000)),)
# output: list(range(0, 300000, 2))
# args: (list(range(150001)),)
# output: list(range(0, 300002, 2))
# args: (list(range(150002)),)
# output: list(range(0, 300004, 2))
# args: (list(range(150003)),)
# output: list(range(0, 300006, 2))
def double(items):
    return [2 * item for item in items]
