# The module is loaded once: a cache filled by one call serves the next.
# mode: function call_number
# args: ()
# output: 1
# args: ()
# output: 2
calls = 0


def call_number():
    global calls
    calls += 1
    return calls
