# There is no input at all.
# input: ""
# output: "nothing\n"
try:
    input()
except EOFError:
    print("nothing")
