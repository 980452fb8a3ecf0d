"""Ask a service by SandboxFusion's own client package: `python official.py URL`, in an environment that has it."""

from __future__ import annotations

import base64
import sys

from sandbox_fusion import RunCodeRequest, RunStatus, run_code

(url,) = sys.argv[1:]
answer = run_code(RunCodeRequest(code="print(input())", language="python", stdin="hi\n"), endpoint=url)
assert answer.status == RunStatus.Success and answer.run_result.stdout == "hi\n", answer
answer = run_code(RunCodeRequest(code="1/0", language="python"), endpoint=url)
assert answer.status == RunStatus.Failed and "ZeroDivisionError" in answer.run_result.stderr, answer
answer = run_code(RunCodeRequest(code="while True: pass", language="python", run_timeout=1), endpoint=url)
assert answer.status == RunStatus.Failed and answer.run_result.status == "TimeLimitExceeded", answer
files = {"a": base64.b64encode(b"1").decode()}
code = "open('b', 'w').write(open('a').read() * 2)"
answer = run_code(RunCodeRequest(code=code, language="python", files=files, fetch_files=["b"]), endpoint=url)
assert base64.b64decode(answer.files["b"]) == b"11", answer
