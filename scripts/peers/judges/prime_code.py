"""verl's prime_code: programs are functions of a forked process, with its guard against accidents."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from scripts.peers.judges.serving import Job, serve

# Apart from the rest of the package, which needs torch.
_package = Path(sys.argv[1]) / "verl" / "utils" / "reward_score" / "prime_code"
_spec = importlib.util.spec_from_file_location(
    "prime_code", _package / "__init__.py", submodule_search_locations=[str(_package)]
)
assert _spec is not None and _spec.loader is not None
_prime_code = sys.modules["prime_code"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_prime_code)


def judge(job: Job) -> bool:
    """Judge by `compute_score`. A test of a function is a line of JSON for each argument."""
    if job["entry_point"]:
        inputs = ["\n".join(map(json.dumps, arguments)) for arguments, _ in job["tests"]]
        outputs = [json.dumps(output) for _, output in job["tests"]]
        tests = {"inputs": inputs, "outputs": outputs, "fn_name": job["entry_point"]}
    else:
        tests = dict(zip(("inputs", "outputs"), map(list, zip(*job["tests"], strict=True)), strict=True))
    return _prime_code.compute_score(f"```python\n{job['source']}\n```", tests)[0] is True


if __name__ == "__main__":
    serve(judge)
