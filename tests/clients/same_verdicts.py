"""Ask for many programs through one face: `python same_verdicts.py FACE URL DATA ASKED`, beside the face's packages.

DATA has a problem for each program, and ASKED its id and the completion, in a line each. Prints as JSON what came back:
a verdict for each by id, or "AC" and "" where a face says no more, and the milliseconds that each took in the second of
two rounds: the pool has all judgements by then, and the process its packages.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Asked = list[tuple[str, str]]  # ids and completions


def verl(url: str, data: str, asked: Asked) -> list[str]:
    """Score by the function that verl is given."""
    from deepcoder.integrations.verl import compute_score

    async def all_of_them() -> list[Any]:
        calls = [compute_score("code", text, name, pool=url, data=data) for name, text in asked]
        return await asyncio.gather(*calls)

    return [str(each["verdict"]) for each in asyncio.run(all_of_them())]


def verl_by_url(url: str, data: str, asked: Asked) -> list[str]:
    """Score by verl's own client of SandboxFusion, which compares by itself. It sends each test alone."""
    from verl.utils.reward_score import sandbox_fusion

    problems = {row["problem_id"]: row for row in map(json.loads, Path(data).read_text().splitlines())}
    slots = threading.Semaphore(64)
    found = []
    for name, text in asked:
        row = problems[name]
        if row["mode"] == "function":  # a line of JSON for each argument
            inputs = ["\n".join(map(json.dumps, each["args"])) for each in row["tests"]]
            outputs = [each["expected"] for each in row["tests"]]
            outputs = [each if isinstance(each, str) else json.dumps(each) for each in outputs]
        else:
            inputs, outputs = map(list, zip(*((each["input"], each["output"]) for each in row["tests"]), strict=True))
        tests = {"inputs": inputs, "outputs": outputs, "fn_name": row.get("entry_point")}
        score, _ = sandbox_fusion.compute_score(f"{url}/run_code", slots, 1024, text, tests)
        found.append("AC" if score == 1.0 else "")
    return found


def verifiers(url: str, data: str, asked: Asked) -> list[str]:
    """Score by the taskset."""
    import verifiers.v1 as vf

    settings = {"taskset": {"id": "code_problems", "task": {"pool": url, "data": data}}}
    tasks = {each.key: each for each in vf.load_taskset(vf.resolve_env_config(settings).taskset)}
    traces = []

    async def all_of_them() -> None:
        for name, text in asked:
            task = tasks[name]
            about = vf.TraceTask(type=type(task).__name__, data=task.data, key=task.key, hash=task.hash)
            trace = vf.Trace(task=about, agent=vf.AgentInfo(config=vf.AgentConfig()))
            trace.root_reply = text
            traces.append((task, trace))
        await asyncio.gather(*(task.score(trace) for task, trace in traces))

    asyncio.run(all_of_them())
    return [trace.info["verdict"] for _, trace in traces]


def openenv(url: str, data: str, asked: Asked) -> list[str]:
    """Step through an episode for each."""
    os.environ |= {"DEEPCODER_POOL": url, "DEEPCODER_DATA": data}
    from deepcoder.environment import Rules
    from deepcoder.integrations.judging import connect_by_environment
    from deepcoder.integrations.openenv import CodeAction, CodeServer

    server = CodeServer(connect_by_environment(), Rules())
    found = []
    for name, text in asked:
        server.reset(problem_id=name)
        server.step(CodeAction(tool="submit", code=text))
        found.append(server.step(CodeAction(tool="verdict")).metadata["verdict"])
    return found


def inspect_ai(url: str, data: str, asked: Asked) -> list[str]:
    """Evaluate a model that gives these answers."""
    from inspect_ai import eval
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    from deepcoder.integrations.inspect_ai import code

    outputs = [ModelOutput.from_content("mockllm/model", text) for _, text in asked]  # in the order of the data
    for output in outputs:
        output.usage = ModelUsage()  # else it counts them, with what it would have to download
    model = get_model("mockllm/model", custom_outputs=outputs)
    [log] = eval(code(url, data), model=model, display="none", log_dir="logs", max_samples=1)
    by_name = {each.id: each.scores["all_tests_passed"].metadata["verdict"] for each in log.samples}
    return [by_name[name] for name, _ in asked]


def nemo_gym(url: str, data: str, asked: Asked) -> list[str]:
    """Ask our resources server."""
    from unittest.mock import MagicMock

    from fastapi.testclient import TestClient
    from nemo_gym.server_utils import ServerClient

    import deepcoder.integrations.nemo_gym as app

    config = app.DeepcoderConfig(host="", port=0, entrypoint="", name="deepcoder", url=url)
    server = app.DeepcoderResourcesServer(config=config, server_client=MagicMock(spec=ServerClient))
    found = []
    with TestClient(server.setup_webserver()) as client:
        for name, text in asked:
            content = [{"type": "output_text", "text": text, "annotations": []}]
            message = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": content}
            facts = {"id": "r", "created_at": 0.0, "model": "any", "object": "response", "tools": []}
            response = {**facts, "parallel_tool_calls": False, "tool_choice": "auto", "output": [message]}
            row = {"problem_id": name, "responses_create_params": {"input": []}, "response": response}
            found.append(client.post("/verify", json=row).json()["verdict"])
    return found


def trl(url: str, data: str, asked: Asked) -> list[str]:
    """Score by the reward that TRL's command line is given."""
    os.environ |= {"DEEPCODER_POOL": url, "DEEPCODER_DATA": data}
    from deepcoder.integrations.trl import code_reward

    names, texts = zip(*asked, strict=True)
    return ["AC" if each == 1.0 else "" for each in code_reward(completions=texts, problem_id=names)]


FACES: dict[str, Callable[[str, str, Asked], list[str]]] = {
    each.__name__: each for each in (verl, verl_by_url, verifiers, openenv, inspect_ai, nemo_gym, trl)
}

if __name__ == "__main__":
    face, url, data, path = sys.argv[1:]
    asked = [tuple(json.loads(line)) for line in Path(path).read_text().splitlines()]
    if face == "verl_by_url":
        asked = asked[::4]
    verdicts = FACES[face](url, data, asked)
    began = time.perf_counter()
    again = FACES[face](url, data, asked)
    each_ms = 1000 * (time.perf_counter() - began) / len(asked)
    assert again == verdicts
    by_name = dict(zip((name for name, _ in asked), verdicts, strict=True))
    print(json.dumps({"verdicts": by_name, "each_ms": round(each_ms, 1)}))  # noqa: T201
