# Large input and large output in every one of several tests.
# input: "one two\n" * 250000
# output: "one two\n" * 250000
# input: "three\n" * 350000
# output: "three\n" * 350000
# input: "four x\n" * 300000
# output: "four x\n" * 300000
# input: "five\n" * 400000
# output: "five\n" * 400000
# input: "six\n" * 500000
# output: "six\n" * 500000
import sys

sys.stdout.write(sys.stdin.read())
