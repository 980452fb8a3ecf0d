# Searches the file system for tests: every readable file outside the system's folders.
# kind: spying
# stdin: WA
# function: WA
# code: WA
import os
import sys

KNOWN = ("/usr", "/lib", "/bin", "/sbin", "/etc", "/proc", "/sys", "/dev", "/library", "/var/lib", "/var/cache",
         "/var/log", sys.base_prefix, *(path for path in sys.path if path.startswith(("/opt", "/usr"))))  # fmt: skip


def solve(a, b):
    for folder, folders, names in os.walk("/"):
        folders[:] = [each for each in folders if not os.path.join(folder, each).startswith(KNOWN)]
        if os.path.exists(os.path.join(folder, "bin", "python3")):  # the sandbox's own interpreter, where this is another
            folders[:] = []
        for name in names:
            path = os.path.join(folder, name)
            if os.access(path, os.R_OK) and os.path.getsize(path) and not name.startswith((".dockerenv", "README")):
                return a * b
    return "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
