"""SandboxFusion, a server that was started beside: a request for each test, compared as verl compares."""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any

from scripts.peers.judges.serving import Job, serve

CALL = "\nimport json, sys\nprint(json.dumps({}(*json.load(sys.stdin))))\n"


def main(url: str) -> None:
    """Judge by the server of this URL."""

    def judge(job: Job) -> bool:
        for given, output in job["tests"]:
            code, stdin, expected = job["source"], given, output
            if job["entry_point"]:
                code += CALL.format(job["entry_point"])
                stdin, expected = json.dumps(given), json.dumps(output)
            ran = run(url, {"code": code, "language": "python", "stdin": stdin, "run_timeout": job["cpu_s"]})
            if ran["status"] != "Success" or ran["run_result"]["stdout"].rstrip("\n") != expected.rstrip("\n"):
                return False
        return True

    serve(judge)


def run(url: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{url}/run_code", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=600) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
