"""Ask our server by OpenEnv's own client: `python openenv_client.py URL HURRIED_URL DATA COMPLETIONS`, where that is.

The second service judges in time only what is quick.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from openenv import GenericEnvClient

url, failing_url, data, completions = sys.argv[1:]
cases = json.loads(Path(completions).read_text())


@contextmanager
def serving(service: str) -> Iterator[str]:
    """Serve episodes on the pool of the service, as `uvicorn --factory` does."""
    os.environ |= {"DEEPCODER_POOL": service, "DEEPCODER_DATA": data}
    config = uvicorn.Config("deepcoder.integrations.openenv:application", factory=True, log_level="warning")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def answer(client: Any, code: str) -> tuple[str, float | None, bool]:
    """Submit the program, and return the verdict, the reward, and whether the episode is over."""
    submitted = client.step({"tool": "submit", "code": code})
    assert submitted.reward is None and not submitted.done, submitted
    found = client.step({"tool": "verdict"})
    verdict = found.metadata["verdict"]
    assert found.observation["text"] == verdict or verdict == "IE", found
    return verdict, found.reward, found.done


with serving(url) as at, GenericEnvClient(at).sync() as first, GenericEnvClient(at).sync() as second:
    told = first.reset(problem_id="add_one").observation["text"]
    assert told.startswith("Read a number, and print the number after it."), told
    ran = first.step({"tool": "run", "code": "print(int(input()) + 1)", "stdin": "5\n"})
    assert ran.observation["text"] == "6\n[exit code 0]" and ran.reward is None, ran
    for text, verdict in cases:
        second.reset(problem_id="add_one")  # beside the first client's episode
        assert answer(second, text) == (verdict, float(verdict == "AC"), verdict == "AC"), text
    assert answer(first, cases[0][0]) == ("AC", 1.0, True)
    state = first.state()
    assert (state["problem_id"], state["submissions"], state["step_count"]) == ("add_one", 1, 3), state

    first.reset(problem_id="add_one")
    assert first.step({"tool": "verdict"}).reward == 0.0  # nothing was submitted
    assert [answer(first, cases[1][0]) for _ in range(3)] == [("WA", 0.0, False)] * 2 + [("WA", 0.0, True)]
    try:
        first.reset(problem_id="other")
    except RuntimeError as error:
        assert "problem 'other' is not in the data" in str(error)
    else:
        raise AssertionError("a problem that is not in the data was taken")
with serving(failing_url) as at, GenericEnvClient(at).sync() as client:
    client.reset(problem_id="add_one")
    assert answer(client, "import time\ntime.sleep(20)") == ("IE", None, True)
