# Infinities.
# mode: function extremes
# args: ()
# output: [float("inf"), float("-inf")]
def extremes():
    return [float("inf"), -float("inf")]
