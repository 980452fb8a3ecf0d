# The competitor's print: collected in a StringIO, written by atexit.
# input: "3\n"
# output: "1\n2\n3\n"
import atexit
import io
import sys

buffer = io.BytesIO()
sys.stdout = io.TextIOWrapper(buffer, write_through=True)


@atexit.register
def write():
    sys.__stdout__.write(buffer.getvalue().decode())


for i in range(int(input())):
    print(i + 1)
