# A result nested 90 deep.
# mode: function nest
# args: (90,)
# output: eval("[" * 90 + "]" * 90)
def nest(n):
    value = []
    for _ in range(n - 1):
        value = [value]
    return value
