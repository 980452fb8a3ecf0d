# A bool is no int.
# mode: function one
# args: ()
# output: 1
def one():
    return True
