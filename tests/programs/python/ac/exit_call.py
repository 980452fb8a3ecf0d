# exit() in the middle is a normal end.
# input: "1\n"
# output: "yes\n"
if int(input()) == 1:
    print("yes")
    exit()
print("no")
