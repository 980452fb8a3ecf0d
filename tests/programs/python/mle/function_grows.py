# Inside a call.
# mode: function solve
# limits: memory_bytes=67108864
# args: (1,)
# output: 1
def solve(n):
    items = []
    while True:
        items.append("x" * 1000)
