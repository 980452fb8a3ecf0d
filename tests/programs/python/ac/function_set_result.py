# A set, whatever its order.
# mode: function letters
# args: ("banana",)
# output: {"a", "b", "n"}
def letters(word):
    return set(word)
