# A class of __main__ survives pickling and copying.
# input: ""
# output: "4 4\n"
import copy
import pickle


class Node:
    def __init__(self, value):
        self.value = value


print(pickle.loads(pickle.dumps(Node(4))).value, copy.deepcopy(Node(4)).value)
