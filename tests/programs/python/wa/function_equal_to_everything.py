# A value whose == always says yes.
# mode: function cheat
# args: ()
# output: "secret"
class Yes(str):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = str.__hash__


def cheat():
    return Yes("anything")
