"""The cache of problems that are in Ray's object store: a problem's tests cross to a node once, not per completion.

Runs: in every client of the pool.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

import ray

from deepcoder.lru import Lru
from deepcoder.pool.calls import ProblemInfo, Request
from deepcoder.pool.packed import PackedTests
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.verdicts import Submission
from deepcoder.wire.languages import PYTHON

STORE_PROBLEMS = 4096  # the most that a client keeps in the object store
STORE_BYTES = 1 << 30  # of their tests together

_NO_TESTS = (TestCase("", ""),)  # a problem needs one


class StoredProblem(NamedTuple):
    """A problem that is in the object store."""

    problem: Problem  # kept alive, so that no other problem gets its id
    key: str
    info: ProblemInfo


class ProblemStore:
    """Puts problems into Ray's object store. Several threads may use it.

    The mutable state: the problems that are there, by the id of the client's object. Those used last stay.
    """

    def __init__(self, most_bytes: int = STORE_BYTES) -> None:
        self._stored: Lru[int, StoredProblem] = Lru(most_bytes, STORE_PROBLEMS)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._stored)

    def put(self, problem: Problem) -> StoredProblem:
        """Put the problem into the object store, unless it is there."""
        with self._lock:
            stored = self._stored.find(id(problem))
            if stored is None:
                tests = PackedTests.of(problem.tests)
                packed = dataclasses.replace(problem, tests=tests, prompt=(), reference=None)
                splits = problem.mode is not Mode.FUNCTION  # a function's calls may depend on those before
                order = tests.longest_first() if splits else list(range(len(tests)))
                info = ProblemInfo(ray.put(packed), order, splits, problem.limits.cpu_s, problem.problem_id)
                stored = StoredProblem(problem, problem_key(problem, tests), info)
                self._stored.keep(id(problem), stored, packed.size)
            return stored

    def requests(self, submissions: Iterable[tuple[int, Submission]]) -> tuple[dict[str, ProblemInfo], list[Request]]:
        """Return what the coordinator is sent for these submissions, each with its position in the batch."""
        problems: dict[str, ProblemInfo] = {}
        requests = []
        for position, submission in submissions:
            stored = self.put(submission.problem)
            problems[stored.key] = stored.info
            if submission.program is not None:
                requests.append(Request(position, stored.key, submission.program))
        return problems, requests


def problem_key(problem: Problem, tests: PackedTests) -> str:
    """Return a key that is equal for problems that judge every program alike, whatever they are called.

    `tests`: the problem's own.
    """
    named: dict[str, Any] = {
        **dict.fromkeys(("problem_id", "source", "where", "code_prompt", "reference_language"), ""),
        "prompt": (),
        # A program has a language of its own; the first is that of the preamble.
        "languages": problem.languages[:1] if problem.preamble else (PYTHON.name,),
        "reference": None,
    }
    rest = dataclasses.replace(problem, tests=_NO_TESTS, **named)
    return hashlib.blake2b(repr(rest).encode() + tests.digest(), digest_size=16).hexdigest()
