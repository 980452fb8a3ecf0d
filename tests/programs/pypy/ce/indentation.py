# Has an indentation that fits no other.
# input: ""
# output: "5\n"
if True:
        print(5)
    print(6)
