# Reads and prints integers of more than 4,300 digits.
# input: "1 5000\n"
# output: "5001 True\n"
base, zeros = input().split()
number = int(base + "0" * int(zeros))
print(len(str(number)), number == 10 ** int(zeros))
