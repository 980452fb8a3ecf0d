# Annotations at module level are kept in __annotations__.
# input: ""
# output: "['n', 'name']\n"
n: int = 1
name: str

print(sorted(__annotations__))
