# sortedcontainers is there.
# input: "3 1 2\n"
# output: "1 2 3\n"
from sortedcontainers import SortedList

print(*SortedList(map(int, input().split())))
