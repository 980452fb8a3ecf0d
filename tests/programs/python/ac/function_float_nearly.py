# Floats within tolerance; an int equals a float of the same value.
# mode: function thirds
# args: (2,)
# output: [0.3333333333, 2.0]
def thirds(n):
    return [1 / 3, n]
