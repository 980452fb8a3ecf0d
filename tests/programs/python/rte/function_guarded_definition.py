# The function is defined only under a __main__ guard, which does not hold in function mode.
# mode: function solve
# args: (1,)
# output: 1
if __name__ == "__main__":

    def solve(n):
        return n
