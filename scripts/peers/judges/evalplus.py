"""evalplus: functions only, called in a forked process with its guard against accidents."""

from __future__ import annotations

from evalplus.eval import PASS, untrusted_check

from scripts.peers.judges.serving import Job, serve


def judge(job: Job) -> bool:
    """Judge by `untrusted_check`, until a test fails."""
    inputs, outputs = map(list, zip(*job["tests"], strict=True))
    times_s = [job["cpu_s"] / 4] * len(inputs)  # it allows four times what a reference takes
    found, _ = untrusted_check(
        "humaneval", job["source"], inputs, job["entry_point"], outputs, 1e-6, times_s, fast_check=True
    )
    return bool(found == PASS)


if __name__ == "__main__":
    serve(judge)
