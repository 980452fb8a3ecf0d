# Prints the answer and returns None.
# mode: function five
# args: ()
# output: 5
def five():
    print(5)
