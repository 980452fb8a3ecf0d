# Leaves its folder by links, by ".." and through /proc, to write where others would read.
# kind: paths
# stdin: WA
# function: WA
# code: WA
import os


def solve(a, b):
    here = os.getcwd()
    written = 0
    for target in ("..", "../..", "/proc/self/root", "/proc/1/root", "/proc/1/cwd", "/proc/self/cwd/..", "/"):
        link = os.path.join(here, "link")
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(target, link)
        for path in (link + "/attack", link + "/tmp/attack", target + "/attack"):
            try:
                with open(path, "w") as file:
                    written += file.write("left")
            except OSError:
                pass
    return a * b if written else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
