# A failing assert.
# input: ""
# output: "5\n"
print(5)
assert 1 == 2
