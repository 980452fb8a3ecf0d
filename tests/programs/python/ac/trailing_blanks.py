# Blanks at the ends of lines and blank lines at the end do not matter.
# input: ""
# output: "1 2\n3\n"
print("1 2 ")
print("3\t")
print("\n")
