# A dictionary that looks like the codec's own tags.
# mode: function tagged
# args: ({"$tuple": [1]},)
# output: [{"$tuple": [1]}, {"$set": [2]}]
def tagged(value):
    return [value, {"$set": [2]}]
