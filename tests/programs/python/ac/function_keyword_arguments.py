# Keyword arguments, some left at their defaults.
# mode: function join
# args: (["a", "b"],)
# kwargs: {"sep": "-"}
# output: "a-b."
# args: (["a", "b"],)
# output: "a b."
# args: ([],)
# kwargs: {"end": "!"}
# output: "!"
def join(words, sep=" ", *, end="."):
    return sep.join(words) + end
