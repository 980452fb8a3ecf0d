"""LiveCodeBench's checker, from a checkout: programs are functions of a forked process."""

from __future__ import annotations

import json
import sys

from scripts.peers.judges.serving import Job, serve

sys.path.insert(0, sys.argv[1])

from lcb_runner.evaluation.compute_code_generation_metrics import check_correctness  # from the checkout


def judge(job: Job) -> bool:
    """Judge by `check_correctness`. A test of a function is a line of JSON for each argument."""
    if job["entry_point"]:
        inputs = ["\n".join(map(json.dumps, arguments)) for arguments, _ in job["tests"]]
        outputs = [json.dumps(output) for _, output in job["tests"]]
    else:
        inputs, outputs = map(list, zip(*job["tests"], strict=True))
    sample = {"inputs": inputs, "outputs": outputs, "fn_name": job["entry_point"]}
    found, _ = check_correctness({"input_output": json.dumps(sample)}, job["source"], job["cpu_s"], debug=False)
    return all(each is True for each in found)


if __name__ == "__main__":
    serve(judge)
