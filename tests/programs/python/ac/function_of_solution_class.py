# A method of class Solution, with helpers and annotations that LeetCode's own preamble provides.
# mode: function twoSum
# preamble: from typing import *
# args: ([2, 7, 11, 15], 9)
# output: [0, 1]
class Solution:
    def twoSum(self, nums: List[int], target: int) -> List[int]:
        seen: Dict[int, int] = {}
        for i, n in enumerate(nums):
            if target - n in seen:
                return [seen[target - n], i]
            seen[n] = i
        return []
