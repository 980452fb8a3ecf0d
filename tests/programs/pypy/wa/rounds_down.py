# Divides integers where a fraction is asked for.
# input: "5\n"
# output: "2.5\n"
print(int(input()) // 2)
