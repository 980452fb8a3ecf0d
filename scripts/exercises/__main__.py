"""Write the exercises: `python -m scripts.exercises`; some of each kind to train on, the others held out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.exercises.kinds import HELD_OUT, KINDS, Kind

LEAST, MOST = 0.05, 0.45  # mean pass rates of the kinds that are solved sometimes, and leave room to improve


def row(kind: Kind, value: Any) -> dict[str, Any]:
    """Return the problem of one exercise."""
    name, text, result = (each.format(v=value) for each in (kind.function, kind.text, kind.result))
    reference = f"def {name}({kind.parameters}):\n    return {result}\n"
    names: dict[str, Any] = {}
    exec(reference, names)  # our own text
    return {
        "problem_id": f"{kind.name}/{value}",
        "mode": "function",
        "entry_point": name,
        "prompt": [{"role": "user", "content": f"Write a function `{name}({kind.parameters})` that returns {text}."}],
        "tests": [{"args": list(args), "expected": names[name](*args)} for args in kind.inputs],
        "reference": reference,
    }


def main(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")] = Path("runs/exercises"),
    least: Annotated[float, typer.Option(help="Leave out kinds with a lower pass rate.")] = LEAST,
    most: Annotated[float, typer.Option(help="Leave out kinds with a higher pass rate.")] = MOST,
) -> None:
    """Write exercises.jsonl to train on, and exercises_held_out.jsonl."""
    output.mkdir(parents=True, exist_ok=True)
    kinds = [kind for kind in KINDS if least <= kind.rate <= most]
    for name, chosen in (("exercises", slice(HELD_OUT, None)), ("exercises_held_out", slice(HELD_OUT))):
        rows = [row(kind, value) for kind in kinds for value in kind.values[chosen]]
        (output / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
