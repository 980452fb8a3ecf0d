# A linked list of 300,000 nodes is freed without exhausting the stack.
# input: ""
# output: "300000\n"
class Node:
    def __init__(self, following):
        self.following = following


head = None
for _ in range(300000):
    head = Node(head)
count = 0
while head:
    count, head = count + 1, head.following
print(count)
