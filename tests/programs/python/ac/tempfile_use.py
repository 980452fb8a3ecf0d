# Temporary files work, with and without a name.
# input: "abc\n"
# output: "abc 3\n"
import tempfile

with tempfile.TemporaryFile("w+") as file, tempfile.NamedTemporaryFile("w") as named:
    file.write(input())
    file.seek(0)
    print(file.read(), named.write("xyz"))
