"""Our own contract: /judge, /run, /problems, /status.

Runs: in the service. Answers come line by line, each with the index of what it answers, in the order of becoming known.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import threading
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from deepcoder.datasets.formats import canonical
from deepcoder.datasets.load import check_fields
from deepcoder.lru import Lru
from deepcoder.problems import Limits, Problem
from deepcoder.programs import Program
from deepcoder.remote import digest_of, row_of_ran
from deepcoder.runs import Execution, Ran, execution
from deepcoder.service.batches import OtherRequest
from deepcoder.service.line import Full
from deepcoder.service.service import MOST_OPEN, Service
from deepcoder.verdicts import Judgement, Submission
from deepcoder.wire.languages import PYTHON, language
from deepcoder.wire.messages import Given

KEPT_PROBLEMS, KEPT_PROBLEM_BYTES = 4096, 1 << 30  # that clients sent
RETRY_AFTER_S = 1
NDJSON = "application/x-ndjson"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "One line of JSON for each item.", "content": {NDJSON: {}}},
    202: {"description": "It is judged ahead."},
    409: {"description": "The service does not have a problem, or the id is of another request."},
    **{
        code: {"description": "The detail says why, in one sentence."}
        for code in (400, 401, 403, 408, 413, 422, 429, 503)
    },
}

Id = Annotated[str, Field(max_length=200, description="The same request, sent again with the same id, costs nothing.")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SubmissionRow(_Model):
    """A problem, by the id of a loaded one or by the name of one that was sent; and a completion or a program."""

    problem_id: str | None = None
    problem: str | None = None
    completion: str | list[dict[str, Any]] | None = None
    prompt: str | list[dict[str, Any]] | None = None
    program: str | None = None
    files: dict[str, str] | None = None
    entry_file: str | None = None
    language: str | None = None


class JudgeRequest(_Model):
    """A batch. `problems`: rows as docs/files.md has them, by their digests or by any names of the client's."""

    submissions: list[SubmissionRow]
    problems: dict[str, dict[str, Any]] = {}
    fresh: bool = False
    ahead: bool = False
    id: Id = ""


class RunRow(_Model):
    """A program and what it is given."""

    program: str | None = None
    files: dict[str, str] | None = None
    entry_file: str | None = None
    language: str | None = None
    stdin: str = ""
    stdin_base64: str | None = None
    data: dict[str, str] = {}
    arguments: list[str] = []
    returns: list[str] = []
    limits: dict[str, Any] = {}


class RunRequest(_Model):
    """Programs to run."""

    runs: list[RunRow]
    id: Id = ""


class Problems:
    """The problems that requests may name. The mutable state: those that clients sent, by their digests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._sent: Lru[str, Problem] = Lru(KEPT_PROBLEM_BYTES, KEPT_PROBLEMS)
        self._lock = threading.Lock()

    def submissions(self, body: JudgeRequest) -> tuple[list[Submission], list[str]]:
        """Return the submissions of a request, and the names of problems that were sent once and are gone.

        Raises:
            ValueError: They cannot be judged.
        """
        with self._lock:
            taken = self._take(body.problems)
            found = [(row, self._find(row, taken)) for row in body.submissions]
        submissions = [_submission(number, *pair) for number, pair in enumerate(found) if pair[1] is not None]
        self._service.pool.check(submissions)
        return submissions, sorted({str(row.problem) for row, problem in found if problem is None})

    def _take(self, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Problem]:
        """Return the problems of these rows by their names, and keep them by their digests.

        Raises:
            ValueError: A row cannot be used.
        """
        taken = {}
        for name, row in rows.items():
            digest = digest_of(row)
            problem = self._sent.find(digest)
            if problem is None:
                problem = self._loaded(row, digest) or self._problem(row, name)
                self._sent.keep(digest, problem, problem.size)
            taken[name] = problem
        return taken

    def _loaded(self, row: Mapping[str, Any], digest: str) -> Problem | None:
        """Return the problem of the service that the row is, with the row's sample of its tests; None for no such."""
        problem = self._service.problems.get(str(row.get("problem_id")))
        tests = row.get("tests")
        if problem is None or not isinstance(tests, list) or not tests:
            return None
        sampled = problem.sampled(len(tests))
        return sampled if digest_of(canonical.row_from_problem(sampled)) == digest else None

    def _problem(self, row: Mapping[str, Any], name: str) -> Problem:
        which = f"problem {row['problem_id']!r}" if row.get("problem_id") else f"problems[{name!r}]"
        try:
            if not canonical.is_row(row):
                raise ValueError("mode or tests is missing")
            problem = canonical.problem_from_row(row, name, Limits())
            check_fields(problem)
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, AttributeError) as error:
            raise ValueError(f"{which}: {error}") from None
        brings_code = bool(problem.special_checker or problem.interactor or problem.code_tests)
        if brings_code and not self._service.allows_code:
            raise ValueError(f"{which} brings code to check with: start the service with --allow code")
        return problem

    def _find(self, row: SubmissionRow, taken: Mapping[str, Problem]) -> Problem | None:
        """Return the problem that a row names; None where it was sent once, and is not kept any more.

        Raises:
            ValueError: There is no such problem.
        """
        if row.problem is not None:
            return taken.get(row.problem) or self._sent.find(row.problem)
        if row.problem_id is None:
            raise ValueError("problem_id or problem is missing")
        if row.problem_id not in self._service.problems:
            raise ValueError(f"no problem of the service has the problem_id {row.problem_id!r}")
        return self._service.problems[row.problem_id]


def routes(service: Service) -> APIRouter:
    """Return the routes of the contract."""
    router = APIRouter()
    problems = Problems(service)

    @router.post("/judge", responses=_ANSWERS, response_class=Response)
    async def judge(body: JudgeRequest, request: Request) -> Response:
        """Judge submissions; the answer is a line of JSON per submission, as soon as its judgement is known."""
        submissions, missing = await asyncio.to_thread(problems.submissions, body)
        if missing:
            return JSONResponse({"detail": "send these problems again", "missing": missing}, 409)
        if body.ahead:
            await asyncio.to_thread(service.pool.begin, [each for each in submissions if each.program])
            return JSONResponse({}, 202)
        lines = _judged(service, submissions, body.fresh)
        return await _answer(service, request, body.id, len(submissions), lines)

    @router.post("/run", responses=_ANSWERS, response_class=Response)
    async def run(body: RunRequest, request: Request) -> Response:
        """Run programs; the answer is a line of JSON per run: what happened, without a verdict."""
        submissions = [_run(number, row) for number, row in enumerate(body.runs)]
        await asyncio.to_thread(service.pool.check, submissions)
        lines = _ran(service, submissions, _user(request))
        return await _answer(service, request, body.id, len(submissions), lines)

    @router.get("/problems")
    async def problems_() -> list[dict[str, Any]]:
        """Return the problems that the service has loaded, without their tests."""
        return [
            {"problem_id": name, "mode": each.mode, "languages": each.languages, "tests": len(each.tests)}
            for name, each in service.problems.items()
        ]

    @router.get("/status")
    async def status() -> dict[str, Any]:
        """Return the state of the service and of its pool."""
        return service.status()

    return router


def _user(request: Request) -> str:
    return str(request.scope.get("user", ""))


async def _answer(
    service: Service, request: Request, given_id: str, size: int, lines: AsyncIterator[bytes]
) -> Response:
    """Return the answer of a new request, or of one that was sent before."""
    key = _user(request), f"{request.url.path} {given_id or uuid.uuid4().hex}"
    digest = hashlib.blake2b(await request.body()).digest() if given_id else b""
    try:
        batch = service.batches.find(key, digest)
    except OtherRequest as error:
        raise HTTPException(409, str(error)) from None
    if batch is None:
        if size > MOST_OPEN:
            raise HTTPException(413, f"the request has {size} submissions: send at most {MOST_OPEN} at once")
        if service.batches.open + size > MOST_OPEN:
            why = f"busy: the service has {service.batches.open} submissions, and {size} more would be too many"
            raise HTTPException(429, why, {"Retry-After": str(RETRY_AFTER_S)})
        batch = service.batches.begin(key, digest, size, lines)
    return StreamingResponse(service.batches.read(key, batch, bool(given_id)), media_type=NDJSON)


async def _judged(service: Service, submissions: Sequence[Submission], fresh: bool) -> AsyncIterator[bytes]:
    async for answers in service.pool.judge_async(submissions, fresh):
        for _, judgement in answers:
            service.count("judgements", judgement.verdict)
        yield b"".join(_line(*answer) for answer in answers)


def _line(index: int, judgement: Judgement) -> bytes:
    return json.dumps({"index": index, **vars(judgement)}).encode() + b"\n"


async def _ran(service: Service, submissions: Sequence[Submission], user: str) -> AsyncIterator[bytes]:
    """Yield what becomes of each run, each in its turn."""

    async def one(index: int, submission: Submission) -> bytes:
        try:
            async with service.line.turn(user):
                ran = await service.run(submission)
        except Full:
            ran = Ran(None, "busy: too many runs wait")
        service.count("runs", ran.outcome.ended.value if ran.outcome else "IE")
        assert isinstance(submission.problem, Execution)
        row = row_of_ran(ran, has_files=bool(submission.problem.given.returns))
        return json.dumps({"index": index, **row}).encode() + b"\n"

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(index, each)) for index, each in enumerate(submissions)]
        for each in asyncio.as_completed(tasks):
            yield await each


def _submission(number: int, row: SubmissionRow, problem: Problem | None) -> Submission:
    """Return the submission of a row.

    Raises:
        ValueError: The row cannot be used; the message names its number.
    """
    assert problem is not None
    try:
        program = Program.of_row(vars(row), problem.languages[0])
        if program is not None:
            return Submission(problem, program)
        if row.completion is None:
            raise ValueError("completion, program or files is missing")
        given = None if row.language is None else language(row.language).name
        prompt = problem.prompt if row.prompt is None else row.prompt
        return Submission.of(problem, row.completion, prompt, given)
    except (ValueError, TypeError) as error:
        raise ValueError(f"submissions[{number}]: {error}") from None


def _run(number: int, row: RunRow) -> Submission:
    """Return the run of a row.

    Raises:
        ValueError: The row cannot be used; the message names its number.
    """
    try:
        program = Program.of_row(vars(row), PYTHON.name)
        if program is None:
            raise ValueError("program or files is missing")
        stdin = row.stdin.encode("utf-8", "surrogatepass") if row.stdin_base64 is None else _bytes(row.stdin_base64)
        files = tuple((name, _bytes(text)) for name, text in row.data.items())
        given = Given(stdin, tuple(row.arguments), files, tuple(row.returns))
        check_paths([*row.data, *row.returns])
        if unknown := row.limits.keys() - vars(Limits()).keys():
            raise ValueError(f"limits.{min(unknown)} is unknown")
        return Submission(execution(given, Limits(**row.limits)), program)
    except (ValueError, TypeError) as error:
        raise ValueError(f"runs[{number}]: {error}") from None


def check_paths(names: Sequence[str]) -> None:
    """Check that these are paths in the program's own folder.

    Raises:
        ValueError: One is not.
    """
    for name in names:
        if not name or name.startswith("/") or ".." in name.split("/") or "\0" in name:
            raise ValueError(f"a file must be in the program's own folder, not {name!r}")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None
