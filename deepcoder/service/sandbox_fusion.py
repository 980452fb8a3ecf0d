"""SandboxFusion's contract: /run_code, /v1/ping and /, as its clients need them (bytedance/SandboxFusion).

Runs: in the service. Those clients score whatever is not an answer as 0: so a request that waits is held, or is told
504, which some of them try again; it is never 429 or 503, and a failure of ours is never "Failed".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from deepcoder.problems import Limits
from deepcoder.programs import Program
from deepcoder.rulings import files_of
from deepcoder.runs import Ran, execution
from deepcoder.service.deepcoder_api import check_paths
from deepcoder.service.held import Held
from deepcoder.service.line import Full
from deepcoder.service.service import Service
from deepcoder.verdicts import Submission, cause_of
from deepcoder.wire.languages import LANGUAGES, Language
from deepcoder.wire.limits import LEAST_MEMORY_BYTES
from deepcoder.wire.messages import Ended, Given, Outcome

HOLD_S = 15.0  # for a run to begin, where the client tries again: it has about 30 s in all
LONGEST_RUN_S = 1200.0
IGNORED = "IGNORE_THIS_FILE"  # in the name of a file that is not to be written
HEADERS = (".h", ".hh", ".hpp", ".inc")  # of files that a compiler needs, whatever it is given
ALIASES = {
    **{"nodejs": "javascript", "js": "javascript", "node": "javascript", "c++": "cpp", "golang": "go"},
    **{"python3": "python", "py": "python", "python_gpu": "python", "rs": "rust", "pypy3": "pypy"},
}
_KILLED = {
    Ended.MEMORY_LIMIT: "the memory limit was exceeded",
    Ended.OUTPUT_LIMIT: "the output limit was exceeded",
}


class RunCode(BaseModel):
    """A run, as SandboxFusion's clients ask for it. Other fields are ignored, as there."""

    code: str
    language: str = "python"
    stdin: str | None = None
    compile_timeout: float = Field(default=10.0, gt=0, description="Compilers have limits of their own here.")
    run_timeout: float = Field(default=10.0, gt=0, description=f"A longer one is {LONGEST_RUN_S:.0f} s.")
    memory_limit_MB: int = -1
    files: dict[str, str | None] = {}
    fetch_files: list[str] = []


def routes(service: Service) -> APIRouter:
    """Return the routes of the contract."""
    router = APIRouter()

    @router.get("/")
    async def root() -> str:
        """Say that the service is alive."""
        return "deepcoder"

    @router.get("/v1/ping")
    async def ping() -> str:
        """Say that the service is alive."""
        return "pong"

    @router.post(
        "/run_code",
        response_class=Response,
        responses={code: {"description": "The detail says why."} for code in (400, 401, 403, 408, 413, 422, 504)},
    )
    async def run_code(body: RunCode, request: Request) -> Response:
        """Run a program once."""
        arrived = time.monotonic()
        submission = await asyncio.to_thread(_submission, body, service)
        user = str(request.scope.get("user", ""))
        retries = "compile_timeout" in body.model_fields_set  # as the clients do that try again

        async def work(is_sure: asyncio.Event) -> tuple[int, Any]:
            try:
                async with asyncio.timeout(HOLD_S + arrived - time.monotonic() if retries else None) as hold:
                    async with service.line.turn(user):
                        hold.reschedule(None)
                        is_sure.set()
                        ran = await service.run(submission)
            except (TimeoutError, Full):
                service.count("run_code", "504")
                return 504, {"detail": "busy: the run has not begun"}
            answer = answered(ran, body, LANGUAGES[submission.languages.pop()])
            service.count("run_code", answer["status"])
            return 504 if ran.outcome is None else 200, answer

        return Held(work)

    return router


def _submission(body: RunCode, service: Service) -> Submission:
    """Return the run that is asked for.

    Raises:
        ValueError: It cannot be run here.
    """
    name = ALIASES.get(body.language.lower(), body.language.lower())
    known = service.languages or LANGUAGES  # before the pool has a worker, the run waits for one
    if name not in known:
        raise ValueError(f"language must be one of {', '.join(known)}, not {body.language!r}")
    row = LANGUAGES[name]
    files = {name: _content(text) for name, text in body.files.items() if text is not None and IGNORED not in name}
    check_paths([*files, *body.fetch_files])
    most_bytes = service.pool.memory_bytes
    memory_bytes = body.memory_limit_MB << 20 if body.memory_limit_MB > 0 else most_bytes
    timeout_s = min(body.run_timeout, LONGEST_RUN_S)
    limits = Limits(
        cpu_s=timeout_s,
        wall_s=timeout_s,
        memory_bytes=max(LEAST_MEMORY_BYTES, min(memory_bytes, most_bytes)),
    )
    given = Given(
        (body.stdin or "").encode("utf-8", "surrogatepass"), (), tuple(files.items()), tuple(body.fetch_files)
    )
    submission = Submission(execution(given, limits), _program(body.code, row, files))
    service.pool.check_limits([submission.problem])
    return submission


def _program(code: str, row: Language, files: Mapping[str, bytes]) -> Program:
    """Return the program: files that are source belong to it, so that they are compiled and imported with it."""
    suffixes = (*row.also_compiles, *HEADERS, "." + row.file_name.rpartition(".")[2])
    sources = tuple(
        (name, content.decode("utf-8", "replace"))
        for name, content in sorted(files.items())
        if name.endswith(suffixes) and name != row.file_name
    )
    return Program(code, row.name, row.file_name, sources) if sources else Program(code, row.name)


def _content(text: str) -> bytes:
    """Return a file's content: base64, or the text itself where it is none, as some clients send it."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "surrogatepass")


def answered(ran: Ran, body: RunCode, row: Language) -> dict[str, Any]:
    """Return what became of a run, in the words of the contract."""
    answer: dict[str, Any] = {
        **{"status": "Success", "message": "", "compile_result": None, "run_result": None},
        **{"executor_pod_name": None, "files": {}},
    }
    outcome = ran.outcome
    if outcome is None:
        return {**answer, "status": "SandboxError", "message": ran.why}
    is_compiled = row.is_executed and not row.is_interpreted
    if outcome.ended is Ended.COMPILE_ERROR and is_compiled:
        stderr = outcome.stderr or outcome.error
        return {**answer, "status": "Failed", "compile_result": _step("Finished", outcome, 1, b"", stderr)}
    if is_compiled:
        answer["compile_result"] = _step("Finished", Outcome(Ended.EXITED), 0, b"", "")
    output = outcome.output
    if body.fetch_files:
        files = dict(files_of(output))
        output = files.pop("", b"")
        answer["files"] = {name: base64.b64encode(content).decode() for name, content in files.items()}
    if outcome.ended is Ended.TIME_LIMIT:
        answer["run_result"] = _step("TimeLimitExceeded", outcome, None, output, outcome.stderr)
    elif outcome.ended is Ended.EXITED:
        answer["run_result"] = _step("Finished", outcome, outcome.exit_code, output, outcome.stderr)
    else:
        code = 1 if outcome.ended is Ended.COMPILE_ERROR else -(outcome.signal or 9)
        said = "\n".join(filter(None, (outcome.stderr, _KILLED.get(outcome.ended) or cause_of(outcome))))
        answer["run_result"] = _step("Finished", outcome, code, output, said)
    is_well = outcome.ended is Ended.EXITED and outcome.exit_code == 0
    return {**answer, "status": "Success" if is_well else "Failed"}


def _step(status: str, outcome: Outcome, code: int | None, stdout: bytes, stderr: str) -> dict[str, Any]:
    return {
        "status": status,
        "execution_time": outcome.wall_s,
        "cpu_time": outcome.cpu_s,
        "return_code": code,
        "stdout": stdout.decode("utf-8", "replace"),
        "stderr": stderr,
    }
