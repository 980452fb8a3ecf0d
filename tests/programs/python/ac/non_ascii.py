# Text beyond ASCII in source, input and output.
# input: "жук 🐞\n"
# output: "🐞 жук 2 ñandú\n"
слова = input().split()
print(*слова[::-1], len(слова), "ñandú")
