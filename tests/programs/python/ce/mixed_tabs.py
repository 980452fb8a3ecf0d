# Tabs and blanks that do not agree.
# input: ""
# output: "5\n"
if True:
	print(5)
        print(6)
