"""llm-sandbox: one container for each process of ours, in which every test is a new command."""

from __future__ import annotations

import json
import sys

from llm_sandbox import SandboxBackend, SandboxSession

from scripts.peers.judges.serving import Job, serve

# It calls `python`, which Debian's image does not have.
ENTRYPOINT = ["sh", "-c", "ln -s python3 /usr/bin/python; exec sleep infinity"]
STDIN = "import io, sys\nsys.stdin = io.TextIOWrapper(io.BytesIO({!r}))\n"  # it gives a command no standard input
CALL = "\nimport json\nprint(json.dumps({}(*json.loads({!r}))))\n"


def main(image: str) -> None:
    """Judge in containers of this image."""
    with SandboxSession(
        backend=SandboxBackend.DOCKER,
        lang="python",
        image=image,
        keep_template=True,
        skip_environment_setup=True,
        runtime_configs={"entrypoint": ENTRYPOINT, "user": "root"},
    ) as session:

        def judge(job: Job) -> bool:
            for given, output in job["tests"]:
                if job["entry_point"]:
                    code = job["source"] + CALL.format(job["entry_point"], json.dumps(given))
                    expected = json.dumps(output)
                else:
                    code, expected = STDIN.format(given.encode()) + job["source"], output
                ran = session.run(code, timeout=job["cpu_s"])
                if ran.exit_code or ran.stdout.split() != expected.split():
                    return False
            return True

        serve(judge)


if __name__ == "__main__":
    main(sys.argv[1])
