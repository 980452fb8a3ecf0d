# quit() is a normal end too.
# input: ""
# output: "done\n"
print("done")
quit()
