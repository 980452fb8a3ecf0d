# print is rebound and wrapped.
# input: ""
# output: "<1> <2>\n"
import builtins

say = builtins.print


def print(*values, **options):
    say(*(f"<{value}>" for value in values), **options)


print(1, 2)
