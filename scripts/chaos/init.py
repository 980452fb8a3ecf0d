"""Process 1 of a host: it gives the host a disk and a /run of its own, and reaps orphans.

The process ends when its standard input ends, and every process of the host ends with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path


def main(disk: str, disk_bytes: int, group: Path) -> None:
    for folder, size in ((disk, disk_bytes), ("/run", 64 << 20), ("/dev/shm", 1 << 30)):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "host", folder], check=True)
    for name in ("docker", "ray", "tmp"):
        os.mkdir(f"{disk}/{name}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    sys.stdout.write("up\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_input, args=(group,), daemon=True).start()
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(0.1)


def _end_with_input(group: Path) -> None:
    sys.stdin.read()
    for state in group.glob("**/freezer.state"):  # a frozen process cannot be killed
        state.write_text("THAWED")
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
