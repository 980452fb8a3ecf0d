# Names and settings of processes, written through /proc, those of the runner's too.
# refused: gvisor
import glob
import os

SETTINGS = ("comm", "oom_score_adj", "coredump_filter", "timerslack_ns", "autogroup", "loginuid", "clear_refs")


def leave():
    for name in SETTINGS:
        for path in glob.glob(f"/proc/[0-9]*/{name}"):
            try:
                with open(path, "w") as file:
                    file.write({"comm": "left", "coredump_filter": "0x7f", "oom_score_adj": "1000"}.get(name, "1"))
            except OSError:
                pass
    return open("/proc/self/comm").read() == "left\n"


def look():
    found = [path for path in glob.glob("/proc/[0-9]*/comm") if open(path).read() == "left\n"]
    if os.path.exists("/proc/self/coredump_filter") and int(open("/proc/self/coredump_filter").read(), 16) == 0x7F:
        found.append("coredump_filter")
    return found
