# Nested arguments of every JSON type and a nested result.
# mode: function walk
# args: ({"a": [1, [2, {"b": None}]], "c": True, "d": 0.5},)
# output: [["a", "list"], ["c", "bool"], ["d", "float"]]
def walk(tree):
    return [[key, type(value).__name__] for key, value in tree.items()]
