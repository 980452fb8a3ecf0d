"""RemotePool: the pool behind a service, over HTTP, for machines without Ray; and the rows that cross.

Runs: in a client of `deepcoder serve`. The service imports the rows' names from here.

A request has an id. Where the connection is lost, the same request is sent again, and costs nothing: the service goes
on with it meanwhile. A service that stays away is IE for what it owes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import http.client
import json
import logging
import math
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from deepcoder.datasets.formats import canonical
from deepcoder.judge import without_program
from deepcoder.pool.base import BATCH_DEADLINE_S, Pool, Progress
from deepcoder.pool.schedule import unjudged
from deepcoder.pool.state import NodeState, State
from deepcoder.problems import Limits
from deepcoder.programs import Program
from deepcoder.rulings import files_of
from deepcoder.runs import USUAL_LIMITS, Ran
from deepcoder.verdicts import Judgement, Submission
from deepcoder.wire.messages import Ended, Given, Outcome, Sign, frame

log = logging.getLogger(__name__)

SILENCE_S = 30.0  # a service at work sends something at least every ALIVE_S
ALIVE_S = 5.0
AWAY_S = 60.0  # a service that cannot be reached for so long is given up
FIRST_AWAY_S = 30.0  # one that was never reached is given up sooner: the URL may be wrong, or it starts beside us
RETRY_S = 0.5
WARN_EVERY_S = 10.0  # while a service is tried again
REQUEST_ITEMS = 2000  # submissions, or runs, of one request
REQUEST_BYTES = 32 << 20  # of problems, programs and inputs of one request

_BUSY = (429, 502, 503, 504)  # the last three are a proxy's, while a service starts


class RemotePool(Pool):
    """The pool of a service: `RemotePool("http://head:8080", token)`.

    The mutable state: whether the service was ever reached, the digests of the problems that it has, and the memory of
    its sandboxes.

    Args:
        url: The service's; it may hold the token, as `http://user:TOKEN@head:8080`.
        token: What the service asks for. When not given, the URL's, or that of DEEPCODER_TOKEN.
        deadline_s: Seconds that a batch may take. What is not judged by then is IE.
        away_s: Seconds after which a service that cannot be reached is given up.
    """

    def __init__(self, url: str, token: str = "", deadline_s: float = BATCH_DEADLINE_S, away_s: float = AWAY_S) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the service's url must begin with http:// or https://, not {url!r}")
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self._token = token or unquote(parts.password or "") or os.environ.get("DEEPCODER_TOKEN", "")
        self.deadline_s = deadline_s
        self.away_s = away_s
        self._was_reached = False
        self._sent: set[str] = set()

    def __repr__(self) -> str:
        return f"<RemotePool {self.url}>"

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Do nothing: no connection outlives its call."""

    def judge(
        self, submissions: Sequence[Submission], progress: Progress | None = None, fresh: bool = False
    ) -> list[Judgement]:
        end = time.monotonic() + self.deadline_s
        judgements = [unjudged(len(each.problem.tests), "not judged") for each in submissions]
        for index, answer in self._answered(submissions, fresh, end):
            judgements[index] = answer
            if progress is not None:
                progress(index, answer)
        return judgements

    def _answered(self, submissions: Sequence[Submission], fresh: bool, end: float) -> Iterator[tuple[int, Judgement]]:
        """Yield the judgements by index; IE for programs where the service stays away.

        Raises:
            ValueError: As `check`.
        """
        try:
            self.check(submissions)
        except ConnectionError as error:
            log.error("%d submissions are not judged: %s", len(submissions), error)
            for index, each in enumerate(submissions):
                is_empty = each.program is None
                yield index, without_program(each) if is_empty else unjudged(len(each.problem.tests), str(error))
            return
        for window in _windows(_parts(submissions)):
            yield from self._judged({index: submissions[index] for index in window}, fresh, end)

    def _judged(self, window: Mapping[int, Submission], fresh: bool, end: float) -> Iterator[tuple[int, Judgement]]:
        """Yield the judgements of submissions that one request has room for, by their indices."""
        programs = {index: each for index, each in window.items() if each.program is not None}
        for index in window.keys() - programs.keys():
            yield index, without_program(window[index])
        indices = list(programs)
        answered: set[int] = set()
        why = "the service failed"
        try:
            for row in self._answers("/judge", {"fresh": fresh, **self._rows(programs)}, len(indices), end, programs):
                index = indices[row["index"]]
                answered.add(index)
                yield index, Judgement.of_row(row)
        except ConnectionError as error:
            why = str(error)
            log.error("%d submissions are not judged: %s", len(indices) - len(answered), error)
        for index in programs.keys() - answered:
            yield index, unjudged(len(programs[index].problem.tests), why)

    def _rows(self, programs: Mapping[int, Submission]) -> dict[str, Any]:
        """Return the submissions as the service takes them, with the problems that it does not have."""
        digests: dict[int, str] = {}  # by the id of the problem's object
        problems: dict[str, Any] = {}
        rows = []
        for each in programs.values():
            assert each.program is not None
            digest = digests.get(id(each.problem))
            if digest is None:
                row = canonical.row_from_problem(each.problem)
                digest = digests[id(each.problem)] = digest_of(row)
                if digest not in self._sent:
                    problems[digest] = row
            rows.append({"problem": digest, **each.program.to_row()})
        return {"submissions": rows, "problems": problems}

    def run(
        self, programs: Sequence[Program], inputs: Sequence[Given | bytes | str], limits: Limits = USUAL_LIMITS
    ) -> list[Ran]:
        found: dict[int, Ran] = {}
        rows = [
            {**program.to_row(), **_given_row(given), "limits": vars(limits)}
            for program, given in zip(programs, inputs, strict=True)
        ]
        why = "the service failed"
        end = time.monotonic() + self.deadline_s
        try:
            for window in _windows((None, 0, _text_size(row)) for row in rows):
                for row in self._answers("/run", {"runs": [rows[index] for index in window]}, len(window), end):
                    found[window[row["index"]]] = ran_of_row(row)
        except ConnectionError as error:
            why = str(error)
            log.error("%d runs failed: %s", len(rows) - len(found), error)
        return [found.get(index) or Ran(None, why) for index in range(len(rows))]

    def begin(self, submissions: Sequence[Submission]) -> None:
        self.check(submissions)
        programs = [each for each in submissions if each.program is not None]
        for window in _windows(_parts(programs)):
            sent = {index: programs[index] for index in window}
            list(self._answers("/judge", {"ahead": True, **self._rows(sent)}, 0, time.monotonic() + SILENCE_S, sent))

    def state(self) -> State:
        row = self._status()["pool"]
        return State(
            **{**row, "failures": tuple(row["failures"]), "nodes": tuple(NodeState(**n) for n in row["nodes"])}
        )

    def languages(self) -> dict[str, str]:
        languages: dict[str, str] = self._status()["languages"]
        return languages

    @functools.cached_property
    def memory_bytes(self) -> int:  # the service checks again
        return int(self._status()["memory_bytes"])

    @property
    def _patience_s(self) -> float:
        """Return the seconds for which the service may be away."""
        return self.away_s if self._was_reached else min(self.away_s, FIRST_AWAY_S)

    def _status(self) -> dict[str, Any]:
        (status,) = self._answers("/status", None, 1, time.monotonic() + self.away_s)
        return status

    def _answers(
        self,
        path: str,
        body: dict[str, Any] | None,
        count: int,
        end: float,
        programs: Mapping[int, Submission] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the lines of the answer, each once; send the same request again while the connection is lost.

        Raises:
            ConnectionError: The service stays away, or does not answer before `end`.
            Refused: It refuses the request.
        """
        seen: set[int] = set()
        reached, warned = time.monotonic(), -math.inf
        body = body and {**body, "id": uuid.uuid4().hex}
        while True:
            try:
                missing: Sequence[str] = ()
                for row in self._once(path, body, end):
                    reached = time.monotonic()
                    missing = row.get("missing", ())
                    if row and not missing and row.get("index", 0) not in seen:
                        seen.add(row.get("index", 0))
                        yield row
                if missing and programs is not None:  # the service has started anew
                    self._sent -= set(missing)
                    body = {**(body or {}), **self._rows(programs), "id": uuid.uuid4().hex}
                elif len(seen) >= count:
                    self._sent |= set((body or {}).get("problems", ()))
                    return
                why = "it lacks problems that it had" if missing else "the answer ended early"
            except _Busy as busy:
                reached, why = time.monotonic(), f"busy: {busy}"
                time.sleep(min(busy.retry_s, max(0.0, end - time.monotonic())))
            except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
                why = f"{type(error).__name__}: {error}"
            now = time.monotonic()
            if now > end or now - reached > self._patience_s:
                raise ConnectionError(f"the service at {self.url} does not answer: {why}")
            if now - warned > WARN_EVERY_S:
                log.warning("retry: the service at %s: %s", self.url, why)
                warned = now
            time.sleep(RETRY_S)

    def _once(self, path: str, body: dict[str, Any] | None, end: float) -> Iterator[dict[str, Any]]:
        """Send one request, and yield the rows of its answer; an empty one for a line that only says that it works."""
        parts = urlsplit(self.url)
        timeout_s = max(1.0, min(SILENCE_S, end - time.monotonic()))
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=timeout_s)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            connection.connect()
            self._was_reached = True
            if body is None:
                connection.request("GET", parts.path + path, headers=headers)
            else:
                headers["Content-Type"] = "application/json"
                connection.request("POST", parts.path + path, json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            if answer.status in _BUSY:
                raise _Busy(answer.read(1000).decode(errors="replace"), _seconds(answer.getheader("Retry-After")))
            if answer.status == 408 or answer.status >= 500:  # it, or a proxy before it, failed: not the request
                raise ConnectionError(f"status {answer.status}")
            if answer.status not in (200, 202, 409):
                raise Refused(f"the service at {self.url} refuses: {_detail(answer.read(10_000))}")
            for line in answer:
                yield json.loads(line) if line.strip() else {}
                if time.monotonic() > end:
                    return
        finally:
            connection.close()


class Refused(ValueError):
    """The service refuses a request; the message is the service's."""


class _Busy(Exception):
    def __init__(self, text: str, retry_s: float) -> None:
        super().__init__(text)
        self.retry_s = retry_s


def _seconds(given: str | None) -> float:
    """Return the seconds of a Retry-After, which may be a date, too."""
    return float(given) if given and given.isdecimal() else 1.0


def _detail(body: bytes) -> str:
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")


def _windows(items: Iterable[tuple[Any, int, int]]) -> Iterator[list[int]]:
    """Cut items into what one request has room for; yield their indices.

    An item is the key and the bytes of a part that items share, which crosses once, and its own bytes.
    """
    window: list[int] = []
    shared: set[Any] = set()
    taken = 0
    for index, (key, size, own) in enumerate(items):
        added = own if key in shared else own + size
        if window and (len(window) == REQUEST_ITEMS or taken + added > REQUEST_BYTES):
            yield window
            window, shared, taken, added = [], set(), 0, own + size
        window.append(index)
        shared.add(key)
        taken += added
    if window:
        yield window


def _parts(submissions: Iterable[Submission]) -> Iterator[tuple[Any, int, int]]:
    """Yield the problem's key and bytes, and the program's bytes, of each submission."""
    for each in submissions:
        yield id(each.problem), each.problem.size, _text_size(each.program.to_row()) if each.program else 0


def _text_size(row: Mapping[str, Any]) -> int:
    """Return the length of a row's program, files and input."""
    texts = (row.get(name, "") for name in ("program", "stdin", "stdin_base64"))
    files = (text for name in ("files", "data") for text in row.get(name, {}).values())
    return sum(map(len, texts)) + sum(map(len, files))


def digest_of(row: Mapping[str, Any]) -> str:
    """Return the name by which a service knows a problem that it was sent."""
    return hashlib.blake2b(json.dumps(row, sort_keys=True).encode(), digest_size=16).hexdigest()


def _given_row(given: Given | bytes | str) -> dict[str, Any]:
    if isinstance(given, str):
        return {"stdin": given}
    if isinstance(given, bytes):
        return {"stdin_base64": base64.b64encode(given).decode()}
    data = {name: base64.b64encode(content).decode() for name, content in given.files}
    row = {"stdin_base64": base64.b64encode(given.stdin).decode(), "data": data}
    return {**row, "arguments": given.arguments, "returns": given.returns}


def row_of_ran(ran: Ran, has_files: bool) -> dict[str, Any]:
    """Return what became of a run, for JSON. Output that is not UTF-8 is in base64 beside the text.

    `has_files`: whether files come back, which the output then holds.
    """
    if ran.outcome is None:
        return {"ended": None, "why": ran.why}
    files = dict(files_of(ran.outcome.output)) if has_files else {"": ran.outcome.output}
    output = files.pop("", b"")  # nothing, not even a frame, where the run was ended
    facts = {**vars(ran.outcome), "output": output.decode("utf-8", "replace")}
    if facts["output"].encode() != output:
        facts["output_base64"] = base64.b64encode(output).decode()
    if has_files:
        facts["files"] = {name: base64.b64encode(content).decode() for name, content in files.items()}
    return facts


def ran_of_row(row: Mapping[str, Any]) -> Ran:
    """Return what became of a run from `row_of_ran`."""
    if row["ended"] is None:
        return Ran(None, row["why"])
    facts = {name: value for name, value in row.items() if name not in ("index", "output_base64", "files")}
    raw = row.get("output_base64")
    output = row["output"].encode() if raw is None else base64.b64decode(raw)
    if "files" in row:
        files = [(name, base64.b64decode(text)) for name, text in row["files"].items()]
        output = b"".join(frame({"file": name}, content) for name, content in [*files, ("", output)])
    facts["output"] = output
    facts |= {"ended": Ended(row["ended"]), "signs": tuple(map(Sign, row["signs"]))}
    return Ran(Outcome(**facts))
