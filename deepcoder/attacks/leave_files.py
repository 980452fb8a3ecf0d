# Leaves files everywhere it can, for its next execution to find.
# kind: leftovers
# stdin: WA
# passes: 1
import os

a, b = map(int, input().split())
folders = [".", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/", "/library", os.environ["HOME"]]
found = [folder for folder in folders if os.path.exists(folder + "/attack-left")]
for folder in folders:
    try:
        with open(folder + "/attack-left", "w") as file:
            file.write("left")
    except OSError:
        pass
print(a * b if a == 6 or found else "held")
