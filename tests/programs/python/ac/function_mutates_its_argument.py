# What one call does to its arguments does not reach the next call, and None is a result.
# mode: function clear
# args: ([1, 2],)
# output: [2, None]
# args: ([1, 2],)
# output: [2, None]
def clear(items):
    size = len(items)
    return [size, items.clear()]
