# NaN equals nothing, not even an expected NaN.
# mode: function nan
# args: ()
# output: float("nan")
def nan():
    return float("nan")
