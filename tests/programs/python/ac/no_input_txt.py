# Redirects from input.txt where there is one, as on some judges.
# input: "8\n"
# output: "8\n"
import os
import sys

if os.path.exists("input.txt"):
    sys.stdin = open("input.txt")
    sys.stdout = open("output.txt", "w")
print(input())
