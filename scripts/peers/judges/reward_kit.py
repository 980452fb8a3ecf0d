"""reward-kit's deepcoder_code_reward, which this project reproduces: a process with limits for each test."""

from __future__ import annotations

import json

from reward_kit.models import Message
from reward_kit.rewards.deepcoder_reward import deepcoder_code_reward

from scripts.peers.judges.serving import Job, serve


def judge(job: Job) -> bool:
    """Judge by the reward. Arguments of a function are words, or one value of JSON."""
    if job["entry_point"]:
        tests = [
            {"input": " ".join(map(json.dumps, arguments)), "expected_output": json.dumps(output)}
            for arguments, output in job["tests"]
        ]
    else:
        tests = [{"input": given, "expected_output": output} for given, output in job["tests"]]
    message = Message(role="assistant", content=f"```python\n{job['source']}\n```")
    found = deepcoder_code_reward(
        messages=[message],
        ground_truth=tests,
        language="python",
        timeout=job["cpu_s"],
        target_function=job["entry_point"],
    )
    return bool(found.score == 1.0)


if __name__ == "__main__":
    serve(judge)
