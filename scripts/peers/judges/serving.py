"""Serve one peer: judge the jobs whose numbers come from a pipe that several processes share.

Runs: in the environment of a peer. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

Job = dict[str, Any]  # "source", "entry_point" or None, "cpu_s", and "tests" as [standard input or arguments, output]


def serve(judge: Callable[[Job], bool]) -> None:
    """Judge jobs, and print for each number whether its program was accepted.

    Standard input has one line of JSON: all "jobs", and the descriptor of the pipe ("numbers"). What a peer prints goes
    to standard error.
    """
    said = os.dup(1)
    os.dup2(2, 1)
    told = json.loads(sys.stdin.readline())
    os.write(said, b"ready\n")
    accepted = {}
    while number := os.read(told["numbers"], 4):
        index = int.from_bytes(number, "big")
        accepted[index] = False
        with contextlib.suppress(Exception):  # a peer that fails has not accepted
            accepted[index] = bool(judge(told["jobs"][index]))
    os.write(said, json.dumps(accepted).encode() + b"\n")
