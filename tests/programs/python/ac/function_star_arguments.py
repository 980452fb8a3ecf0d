# Any number of arguments.
# mode: function total
# args: (1, 2, 3)
# kwargs: {"extra": 10}
# output: 16
# args: ()
# output: 0
def total(*numbers, **named):
    return sum(numbers) + sum(named.values())
