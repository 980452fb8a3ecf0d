# A demonstration under a __main__ guard does not run.
# mode: function inc
# args: (1,)
# output: 2
def inc(n):
    return n + 1


if __name__ == "__main__":
    assert inc(1) == 3
    exit(1)
