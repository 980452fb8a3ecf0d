# Reads environment, memory, maps, descriptors, folder and stack of every other process.
# kind: spying
# stdin: WA
# function: WA
# code: WA
import os


def solve(a, b):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) in (os.getpid(), 0):
            continue
        for name in ("environ", "mem", "maps", "smaps", "auxv", "syscall", "stack", "io", "pagemap", "fd", "fdinfo",
                     "map_files", "cwd", "root", "exe", "ns/net"):  # fmt: skip
            path = f"/proc/{pid}/{name}"
            try:
                if name in ("cwd", "root", "exe", "ns/net"):
                    os.readlink(path)
                elif os.path.isdir(path):
                    os.listdir(path)[0]
                else:
                    with open(path, "rb") as file:
                        file.read(1)[0]
            except (OSError, IndexError):
                continue
            return a * b
    return "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
