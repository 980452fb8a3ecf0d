# Fills the scratch folder with as many files as it takes, deep and closed to their owner.
# kind: leftovers
# stdin: WA RTE
import os

try:
    for number in range(3000):
        open(f"file-{number}", "w").close()
    for number in range(300):
        os.mkdir("deep")
        open(b"deep/\xff\n" + b"x" * 200, "w").close()
        os.chdir("deep")
    while True:
        os.chmod(".", 0)
        os.chdir("..")
finally:
    print("held")
