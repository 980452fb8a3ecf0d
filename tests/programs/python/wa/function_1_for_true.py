# An int is no bool.
# mode: function yes
# args: ()
# output: True
def yes():
    return 1
