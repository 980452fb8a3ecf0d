# There is a class Solution, but the name asked for is a plain function's.
# mode: function solve
# args: (3,)
# output: 9
class Solution:
    def square(self, n):
        return n * n


def solve(n):
    return Solution().square(n)
