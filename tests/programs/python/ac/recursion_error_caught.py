# The default recursion limit is about 1000 and its error can be caught.
# input: ""
# output: "caught True\n"
def endless(n):
    global deepest
    deepest = n
    endless(n + 1)


deepest = 0
try:
    endless(0)
except RecursionError:
    print("caught", 950 < deepest <= 1000)
