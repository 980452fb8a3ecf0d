# A prompt is written to standard output; an empty one writes nothing.
# input: "7\n"
# output: "49\n"
print(int(input("")) ** 2)
