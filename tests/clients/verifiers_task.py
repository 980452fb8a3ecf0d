"""Score by verifiers: `python verifiers_task.py URL HURRIED_URL DATA COMPLETIONS`, beside its packages.

The second service judges in time only what is quick.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import verifiers.v1 as vf

url, failing_url, data, completions = sys.argv[1:]


def task(pool: str) -> vf.Task:
    """Return the problem as a task, from settings as a file has them, made anew from its data as by a server."""
    settings = {"taskset": {"id": "code_problems", "task": {"pool": pool, "data": data}}}
    config = vf.resolve_env_config(settings).taskset
    [loaded] = vf.load_taskset(config)
    wire = loaded.data.model_dump(mode="json")
    assert loaded.key == "add_one" and "2\\n" not in json.dumps(wire), wire  # no test crosses
    made: vf.Task = vf.task_type(config.id)(type(loaded.data).model_validate(wire), config.task)
    return made


def ended(task: vf.Task, reply: str) -> vf.Trace:
    """Return the trace of a rollout that ended with this reply."""
    about = vf.TraceTask(type=type(task).__name__, data=task.data, key=task.key, hash=task.hash)
    trace = vf.Trace(task=about, agent=vf.AgentInfo(config=vf.AgentConfig()))
    trace.root_reply = reply
    return trace


async def main() -> None:
    cases = json.loads(Path(completions).read_text())
    normal, failing = task(url), task(failing_url)
    traces = [ended(normal, text) for text, _ in cases]
    await asyncio.gather(*map(normal.score, traces))
    assert [each.info["verdict"] for each in traces] == [verdict for _, verdict in cases], traces
    assert [each.reward for each in traces] == [float(verdict == "AC") for _, verdict in cases], traces
    late = ended(failing, "```python\nimport time\ntime.sleep(20)\n```")
    try:
        await failing.score(late)
        raise AssertionError("a rollout without a verdict was scored")
    except vf.SandboxError:
        assert late.rewards == {"all_tests_passed": None}, late


asyncio.run(main())
