"""The verifier of a Harbor task: it has the service judge what the agent wrote, and writes the reward.

Runs: as /tests/judge.py in the container of a task, by whatever Python 3 its image has; the standard library only.

Where the service does not judge it writes nothing, which Harbor takes for a failed trial, not for a reward of 0.
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

APP, REWARD = Path("/app"), Path("/logs/verifier/reward.txt")
BUSY = (429, 502, 503, 504)  # the last three are a proxy's, while a service starts
SILENCE_S = 30.0  # a service at work sends something every 5 s
AWAY_S = 60.0  # a service that cannot be reached for so long is given up
RETRY_S = 1.0


def main() -> None:
    """Judge the first of the files that there is; a task without any gets 0."""
    task = json.loads(Path(__file__).with_name("problem.json").read_text(encoding="utf-8"))
    programs = [(APP / name, language) for name, language in task["files"].items() if (APP / name).is_file()]
    verdict = "CE"
    if programs:
        path, language = programs[0]
        source = path.read_text(encoding="utf-8", errors="replace")
        row = {"problem_id": task["problem_id"], "program": source, "language": language}
        judgement = judged(row, os.environ["DEEPCODER_URL"], os.environ.get("DEEPCODER_TOKEN", ""))
        verdict = judgement["verdict"]
        if verdict == "IE":
            raise SystemExit(f"IE: {judgement['detail']}")
    REWARD.write_text(str(int(verdict == "AC")), encoding="utf-8")
    print(verdict)  # noqa: T201


def judged(row: dict[str, Any], url: str, token: str) -> dict[str, Any]:
    """Return the judgement. A lost connection costs nothing: the same request is sent again, by its id."""
    body = json.dumps({"submissions": [row], "id": uuid.uuid4().hex}).encode()
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(f"{url.rstrip('/')}/judge", body, headers)
    reached = time.monotonic()
    while True:
        try:
            with urllib.request.urlopen(request, timeout=SILENCE_S) as answer:
                for line in answer:
                    reached = time.monotonic()
                    if line.strip():
                        judgement: dict[str, Any] = json.loads(line)
                        return judgement
            why = "the answer ended early"
        except urllib.error.HTTPError as error:
            if error.code not in BUSY:
                raise SystemExit(f"the service refuses: {error.read(10_000).decode(errors='replace')}") from None
            reached, why = time.monotonic(), "it is busy"
        except (OSError, http.client.HTTPException) as error:
            why = str(error)
        if time.monotonic() - reached > AWAY_S:
            raise SystemExit(f"the service at {url} does not answer: {why}")
        time.sleep(RETRY_S)


if __name__ == "__main__":
    main()
