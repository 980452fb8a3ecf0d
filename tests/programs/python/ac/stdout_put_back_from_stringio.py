# Collects in a StringIO and writes it through sys.__stdout__.
# input: ""
# output: "abc\n"
import io
import sys

sys.stdout = io.StringIO()
print("abc")
sys.__stdout__.write(sys.stdout.getvalue())
