# The text says `class Solution` only in a comment and a string; the function is a plain one.
# mode: function double
# args: (4,)
# output: 8
# class Solution:
#     def double(self, n): return -1
NOTE = """
class Solution:
    def double(self, n): ...
"""


def double(n):
    return 2 * n
