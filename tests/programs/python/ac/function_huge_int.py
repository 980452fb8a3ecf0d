# An integer of 20,000 digits goes in and comes out.
# mode: function increment
# args: (10**20000,)
# output: 10**20000 + 1
def increment(n):
    return n + 1
