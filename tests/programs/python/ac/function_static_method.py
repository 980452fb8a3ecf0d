# Static and class methods of Solution.
# mode: function half
# args: (9,)
# output: 4
class Solution:
    @staticmethod
    def half(n):
        return n // 2
