"""Write the log of judgements: one record per completion, which `deepcoder explain` reads.

Runs: GPU node, in every trainer rank, each with a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from deepcoder.datasets.selection import Selection
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement, Submission

MAX_BYTES = 64 << 20  # a larger file is renamed to `..._older_<number>.jsonl`


class JudgementLog:
    """Append one line per completion; to be given to `CodeReward(log=...)`.

    Args:
        folder: The first rank writes `judgements.jsonl` there, every other rank `judgements_<rank>.jsonl`.
        selection: The selection that the problems were loaded with.
        rank: The rank of this process.
    """

    def __init__(self, folder: Path, selection: Selection, rank: int = 0) -> None:
        self.path = folder / ("judgements.jsonl" if rank == 0 else f"judgements_{rank}.jsonl")
        self.selection = selection

    def __call__(self, step: int, submissions: Sequence[Submission], judgements: Sequence[Judgement]) -> None:
        pairs = zip(submissions, judgements, strict=True)
        lines = "".join(Record.of(*pair, self.selection).to_json(step=step) for pair in pairs)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size + len(lines) > MAX_BYTES:
            others = (self.path.with_stem(f"{self.path.stem}_older_{number}") for number in count(1))
            self.path.rename(next(path for path in others if not path.exists()))
        with self.path.open("a", encoding="utf-8") as log:
            log.write(lines)
