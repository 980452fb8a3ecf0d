# A function that prints for ever.
# mode: function solve
# limits: output_bytes=1000000
# args: (1,)
# output: 1
def solve(n):
    while True:
        print(n)
