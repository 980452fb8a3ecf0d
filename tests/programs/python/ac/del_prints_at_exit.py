# __del__ of a global runs when the interpreter ends.
# input: ""
# output: "work\nbye\n"
class Farewell:
    def __del__(self):
        print("bye")


farewell = Farewell()
print("work")
