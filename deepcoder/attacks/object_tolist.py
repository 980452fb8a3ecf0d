# Returns what calls itself an array, of which every list is another such array.
# kind: objects
# function: RTE
# code: RTE
class Array:
    def tolist(self):
        return [Array()]


def solve(a, b):
    return Array()
