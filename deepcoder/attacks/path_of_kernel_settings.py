# Writes to the kernel's settings and devices.
# kind: paths
# stdin: WA
# function: WA
# code: WA
import glob
import os

PATHS = ["/proc/sysrq-trigger", "/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem", "/dev/kvm", "/dev/fuse",
         "/dev/net/tun", "/dev/vsock", "/dev/vda", "/dev/tty", "/dev/ptmx", "/proc/self/uid_map",
         "/proc/self/loginuid", "/proc/1/attr/current"]  # fmt: skip


def solve(a, b):
    opened = []
    settings = glob.glob("/proc/sys/*/*") + glob.glob("/sys/fs/cgroup/*") + glob.glob("/sys/kernel/*")
    for path in [*PATHS, *settings]:
        if os.path.isdir(path):
            continue
        try:
            os.close(os.open(path, os.O_WRONLY))
            opened.append(path)
        except OSError:
            pass
    # These open for anybody, and refuse what is written.
    harmless = {"/proc/self/uid_map", "/proc/self/loginuid", "/proc/1/attr/current", "/proc/sys/kernel/ns_last_pid",
                "/dev/tty", "/dev/ptmx"}  # fmt: skip
    return a * b if set(opened) - harmless else "held"


if __name__ == "__main__":
    print(solve(*map(int, input().split())))
