# Writes tags of the channel with contents that they cannot have.
# kind: values
# function: WA
# code: WA
import os
import struct


def solve(a, b):
    parts = b'[{"$set":5},{"$dict":[1]},{"$complex":[1,2,3]},{"$tree_node":7},{"$int":[]},{"$float":"42"},{"$bytes":1}]'
    for body in parts, b'{"$int":"' + b"f" * 100 + b'","$set":[]}', b'{"$list_node":{"$tree_node":[1,[2]]}}':
        os.write(5, struct.pack(">cI", b"V", len(body)) + body)
