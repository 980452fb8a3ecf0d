# An optional library that is missing can be handled.
# input: ""
# output: "plain\n"
try:
    import no_such_library_anywhere
except ImportError:
    print("plain")
