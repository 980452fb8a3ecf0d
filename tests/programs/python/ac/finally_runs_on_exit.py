# finally blocks and context managers run when exit() is called.
# input: ""
# output: "work\ncleanup\n"
try:
    print("work")
    exit()
finally:
    print("cleanup")
