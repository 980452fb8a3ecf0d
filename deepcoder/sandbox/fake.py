"""A sandbox without a runner, for tests: a function says what each execution does.

Runs: wherever a test does. Only the other end of the stream is made up: the client and its messages are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from deepcoder.sandbox.client import Sandbox
from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import PROTOCOL, Frames, Outcome, Task, frame

Answer = Callable[[Task, bytes], Outcome]  # raises OSError where the sandbox breaks, NoAnswer where a program goes on


class NoAnswer(Exception):
    """The execution does not end."""


class FakeStream:
    """The stream of a runner that executes nothing.

    The mutable state: what was sent, what is still to be received, the current task, and the inputs in the cache.
    """

    name, interpreter = "fake", "nothing"
    pid: int | None = None
    start_timeout_s = silence_timeout_s = 5.0

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._frames = Frames(max_bytes=1 << 30)
        languages = dict.fromkeys(LANGUAGES, "0.0")
        self._received = frame({"kind": "hello", "protocol": PROTOCOL, "languages": languages, "own_uids": True})
        self._task: Task | None = None
        self._number = 0
        self._cache: dict[int, bytes] = {}
        self._has_started = False
        self.kinds: list[str] = []  # of the requests, in order
        self.is_closed = False

    def send(self, data: bytes) -> None:
        if not self._has_started:
            json.loads(data[8:])  # the runner's source, of which there is no need
            self._has_started = True
            return
        self._frames.feed(data)
        while (message := self._frames.next()) is not None:
            head, body = message
            self.kinds.append(head["kind"])
            if head["kind"] == "load":
                limits = Limits(**head["limits"])
                source = body.decode("utf-8", "surrogatepass")
                mode, self._number = Mode(head["mode"]), head["task"]
                self._task = Task(source, mode, limits, head["entry_point"], head["preamble"], head["language"])
            elif head["kind"] == "keep":
                self._cache[head["input"]] = self._cache.get(head["input"], b"") + body
            elif head["kind"] == "drop":
                del self._cache[head["input"]]
            elif head["kind"] == "run":
                self._run(self._cache[head["input"]] if "input" in head else body)

    def _run(self, given: bytes) -> None:
        assert self._task is not None
        try:
            outcome = self._answer(self._task, given)
        except NoAnswer:
            return
        head = {"kind": "outcome", "task": self._number, **outcome.facts()}
        self._received += frame(head, outcome.output)

    def receive(self, timeout_s: float) -> bytes:
        if not self._received:
            raise TimeoutError
        data, self._received = self._received, b""
        return data

    def fileno(self) -> int:
        raise OSError("a fake stream has no descriptor")

    def last_words(self) -> str:
        return ""

    def why_lost(self) -> str:
        return ""

    def close(self) -> None:
        self.is_closed = True


class FakeSandbox(Sandbox):
    """A sandbox on a `FakeStream`."""

    def __init__(self, answer: Answer) -> None:
        self.stream = FakeStream(answer)
        super().__init__(self.stream)
