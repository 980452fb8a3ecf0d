# The unclosed file object is a default argument and a closure's cell.
# input: ""
# output: "one\ntwo\n"
def writer():
    out = open(1, "w")

    def put(text):
        out.write(text + "\n")

    return put


put = writer()
put("one")
put("two")
