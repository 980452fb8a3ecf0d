"""Ask our server as NeMo Gym does: `python nemo_gym_server.py URL HURRIED_URL DATA COMPLETIONS`, where NeMo Gym is.

The second service judges in time only what is quick.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from fastapi.testclient import TestClient
from nemo_gym.server_utils import ServerClient

import deepcoder.integrations.nemo_gym as app

assert "deepcoder.verdicts" not in sys.modules  # the file alone is what users copy

url, failing_url, data, completions = sys.argv[1:]


def served(service: str, deadline_s: float) -> TestClient:
    """Return a client of our server, set up as NeMo Gym sets it up."""
    config = app.DeepcoderConfig(host="", port=0, entrypoint="", name="deepcoder", url=service, deadline_s=deadline_s)
    server = app.DeepcoderResourcesServer(config=config, server_client=MagicMock(spec=ServerClient))
    return TestClient(server.setup_webserver())


def row(text: str, problem_id: str = "add_one") -> dict[str, Any]:
    """Return what NeMo Gym sends: a row of the data, and the model's response."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": content}
    facts = {"id": "r", "created_at": 0.0, "model": "any", "object": "response", "tools": []}
    response = {**facts, "parallel_tool_calls": False, "tool_choice": "auto", "output": [message]}
    asked = {"input": [{"role": "user", "content": "Add one."}]}
    return {"problem_id": problem_id, "of_the_row": 7, "responses_create_params": asked, "response": response}


found = []
with served(url, 60.0) as client:
    for text, verdict in json.loads(Path(completions).read_text()):
        answer = client.post("/verify", json=row(text)).json()
        assert (answer["verdict"], answer["reward"]) == (verdict, float(verdict == "AC")), answer
        assert not answer["mask_sample"] and answer["of_the_row"] == 7, answer
        found.append(answer)
    try:
        client.post("/verify", json=row("", "other"))
    except ValueError as error:
        assert "other" in str(error), error
    else:
        raise AssertionError("a problem that the service does not have was scored")

for service in (failing_url, "http://127.0.0.1:1"):
    with served(service, 2.0) as client:
        answer = client.post("/verify", json=row("```python\nimport time\ntime.sleep(20)\n```")).json()
        assert (answer["reward"], answer["failure_kind"]) == (0.0, "deepcoder:unjudged"), answer
        assert answer["mask_sample"] is answer["instance_config"]["mask_sample"] is True and answer["failure_reason"]
        found.append(answer)

# NeMo Gym's own metrics leave out what is masked.
rows = [each | {"_ng_task_index": 0, "_ng_rollout_index": index} for index, each in enumerate(found)]
metrics = client.post("/aggregate_metrics", json={"verify_responses": rows}).json()["agent_metrics"]
assert metrics["coverage/masked_rollouts"] == 2, metrics
assert metrics["mean/reward"] == 1 / (len(found) - 2), metrics
