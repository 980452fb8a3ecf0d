# Writes a file into the current folder and reads it back; a later test does not find it.
# input: "one\n"
# output: "False one\n"
# input: "two\n"
# output: "False two\n"
import os

found = os.path.exists("kept.txt")
with open("kept.txt", "w") as file:
    file.write(input())
print(found, open("kept.txt").read())
