# Lists and enters the folders of the programs before and after it.
# kind: paths
# stdin: WA
# function: WA
# code: WA
import os


def solve(a, b):
    seen = 0
    own = os.path.basename(os.getcwd())
    for path in ["/tmp", *(f"/tmp/{int(own) + step}" for step in range(-20, 20) if step)]:
        for call in (os.listdir, os.chdir, os.mkdir, os.rmdir):
            if (path, call) == ("/tmp", os.chdir):
                continue
            try:
                call(path)
                seen += 1
            except OSError:
                pass
    return a * b if seen else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
