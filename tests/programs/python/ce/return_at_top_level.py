# return outside a function.
# input: ""
# output: "5\n"
print(5)
return
