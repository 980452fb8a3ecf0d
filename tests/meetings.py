"""Two programs that try to meet: one leaves something, the other looks for it.

Each file of pairs/ is both. `leave()` says whether something was left, `look()` returns what it sees of that, and
`intact()`, where there is one, says afterwards whether what was left is as it was. Comment lines at its head say what
it is, then

    # refused: docker process     the kinds of sandbox in which leaving it may be refused already; gvisor both ways
    # hole: process: why          where the two do meet today; "side by side: ..." where only in two sandboxes at once;
                                  "sometimes, ..." where they do not always

Run as a script, this starts process sandboxes as the user that it is and prints how every pair met, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = json.loads(sys.argv[1])

from deepcoder.problems import Limits, Mode, TestCase
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, start
from deepcoder.wire import values
from deepcoder.wire.messages import Ended, Outcome, Task

LIMITS = Limits(cpu_s=60.0, wall_s=120.0, memory_bytes=256 << 20, processes=32)
CONFIG: dict[str, Any] = {"memory_bytes": 256 << 20}

# It is told what to do, does it, and says who it was.
DRIVER = """

def solve(*wanted):
    import json, os, sys
    told = {"uid": os.getuid(), "scratch": os.getcwd(), "files": os.listdir(".")}
    told["others"] = []  # whose each other process is
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                told["others"].append(os.stat("/proc/" + name).st_uid)
            except OSError:
                pass
    if "leave" in wanted:
        told["left"] = bool(leave())
    if "look" in wanted:
        told["seen"] = list(map(str, look() or ()))
    if "intact" in wanted:
        told["intact"] = bool(globals().get("intact", lambda: True)())
    return told

if __name__ == "__main__":
    import json
    dumps = json.dumps
    print(dumps(solve(*input().split())))
"""


@dataclass(frozen=True)
class Pair:
    """What the head of a file says, and its source."""

    name: str
    source: str
    refused_in: tuple[str, ...] = ()  # kinds of sandbox
    hole_in: str = ""
    hole: str = ""


def read_pair(path: Path) -> Pair:
    source = path.read_text(encoding="utf-8")
    given: dict[str, Any] = {}
    for line in source.splitlines()[1:]:
        if not line.startswith("# "):
            break
        key, _, value = line.removeprefix("# ").partition(": ")
        if key == "refused":
            given["refused_in"] = tuple(value.split())
        elif key == "hole":
            given["hole_in"], _, given["hole"] = value.partition(": ")
        else:
            raise ValueError(f"{path.name}: {key!r} is no line of a head")
    return Pair(path.stem, source, **given)


PAIRS = [read_pair(path) for path in sorted((Path(__file__).parent / "pairs").glob("*.py"))]


def told(outcome: Outcome) -> dict[str, Any]:
    """What the driver said."""
    if outcome.ended is Ended.RETURNED:
        answer: dict[str, Any] = values.decode(outcome.output)
        return answer
    assert (outcome.ended, outcome.exit_code) == (Ended.EXITED, 0), outcome
    said: dict[str, Any] = json.loads(outcome.output)
    return said


def alone(sandbox: Sandbox, pair: Pair) -> dict[str, Any]:
    """One program does both, which shows that what is left can be seen."""
    (outcome,) = sandbox.outcomes(Task(pair.source + DRIVER, Mode.STDIN, LIMITS), [b"leave look intact\n"])
    return told(outcome)


def one_after_another(sandbox: Sandbox, pair: Pair) -> list[dict[str, Any]]:
    """A program looks, a program leaves, a program looks, all in one sandbox."""
    task = Task(pair.source + DRIVER, Mode.STDIN, LIMITS)
    return [told(outcome) for outcome in sandbox.outcomes(task, [b"look\n", b"leave\n", b"look\n"])]


def side_by_side(one: Sandbox, two: Sandbox, pair: Pair) -> list[dict[str, Any]]:
    """A program leaves in one sandbox; while it still runs another looks in another; then the first says how it is."""
    calls = [TestCase.call([word], None).input.encode() for word in ("leave", "intact")]
    with closing(
        one.outcomes(Task(pair.source + DRIVER, Mode.FUNCTION, LIMITS, "solve"), iter(calls), ahead=1)
    ) as leaving:
        left = told(next(leaving))
        (outcome,) = two.outcomes(Task(pair.source + DRIVER, Mode.STDIN, LIMITS), [b"look\n"])
        return [left, told(outcome), told(next(leaving))]


MEETINGS: dict[str, Callable[[Sandbox, Sandbox, Pair], object]] = {
    "alone": lambda one, two, pair: alone(one, pair),
    "after": lambda one, two, pair: one_after_another(one, pair),
    "beside": side_by_side,
}


def main() -> None:
    config = SandboxConfig(kind="process", **CONFIG)
    sandboxes = [start(config), start(config)]
    own_uids = sandboxes[0].hello["own_uids"]
    met: dict[str, dict[str, object]] = {pair.name: {} for pair in PAIRS}
    for pair in PAIRS:
        for name, meeting in MEETINGS.items():
            try:
                met[pair.name][name] = meeting(sandboxes[0], sandboxes[1], pair)
            except SandboxError:
                met[pair.name][name] = {"broke": [not sandbox.is_open for sandbox in sandboxes]}
                sandboxes = [sandbox if sandbox.is_open else start(config) for sandbox in sandboxes]
    for sandbox in sandboxes:
        sandbox.close()
    sys.stdout.write(json.dumps({"own_uids": own_uids, "met": met}))


if __name__ == "__main__":
    main()
