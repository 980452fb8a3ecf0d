# The score by which the kernel picks whom to kill: a program may make its own no worse, and reach no other's.
# refused: docker process
import os

PATHS = [f"/proc/{pid}/oom_score_adj" for pid in os.listdir("/proc") if pid.isdigit()]
SCORES = list(filter(os.path.exists, PATHS))  # gVisor shows none of the keeper


def leave():
    changed = 0
    for path in SCORES:
        for score in ("-1000", "-1", "0", "321"):
            try:
                with open(path, "w") as file:
                    file.write(score)
                changed += 1
            except OSError:
                pass
    return changed > 0


def look():
    return [path for path in SCORES if int(open(path).read()) == 321]
