# Starts every program that has the set-user-ID bit, to become root by it.
# kind: paths
# stdin: WA
# function: WA
# code: WA
import glob
import os
import subprocess


def solve(a, b):
    for path in glob.glob("/usr/bin/*") + glob.glob("/bin/*") + glob.glob("/usr/lib/*/ssh-keysign"):
        if os.path.exists(path) and os.stat(path).st_mode & 0o6000:
            started = subprocess.Popen([path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            users = set()
            for _ in range(20):
                try:
                    with open(f"/proc/{started.pid}/status") as status:
                        users |= {line for line in status if line.startswith("Uid:")}
                except OSError:
                    break
            started.kill()
            started.wait()
            if any("0" in line.split()[1:] for line in users) and os.getuid() != 0:
                return a * b
    return "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
