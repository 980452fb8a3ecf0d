# LeetCode makes a new Solution for every test.
# mode: function collect
# args: (1,)
# output: [1]
# args: (2,)
# output: [2]
class Solution:
    def __init__(self):
        self.seen = []

    def collect(self, n):
        self.seen.append(n)
        return self.seen
