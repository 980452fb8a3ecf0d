# The unclosed file object hangs on an object that refers to itself.
# input: ""
# output: "kept\n"
class Writer:
    def __init__(self):
        self.file = open(1, "w")
        self.me = self


writer = Writer()
writer.file.write("kept\n")
