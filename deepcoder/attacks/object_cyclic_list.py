# A linked list that runs in a circle, of the program's own class of that name.
# kind: objects
# function: RTE
# code: RTE
class ListNode:
    def __init__(self):
        self.val, self.next = 42, self


def solve(a, b):
    return ListNode()
