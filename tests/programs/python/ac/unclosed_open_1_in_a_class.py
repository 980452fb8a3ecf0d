# The unclosed file object is an attribute of a class: only a garbage collection at exit closes it, and the interpreter does one.
# input: "5\n"
# output: "25\n"
class Out:
    file = open(1, "w")

    @classmethod
    def put(cls, *values):
        print(*values, file=cls.file)


Out.put(int(input()) ** 2)
