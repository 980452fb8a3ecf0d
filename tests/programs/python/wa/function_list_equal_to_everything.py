# A list subclass whose == and iteration lie.
# mode: function cheat
# args: ()
# output: [1, 2]
class Yes(list):
    def __eq__(self, other):
        return True


def cheat():
    return Yes([2, 1])
