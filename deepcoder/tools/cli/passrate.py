"""`deepcoder passrate`: how many of a model's completions pass, problem by problem."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepcoder.datasets.selection import Selection
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools.cli.options import (
    DEFAULT_TIME_LIMIT_S,
    Image,
    MaxTests,
    Pool,
    Quarantine,
    Resource,
    Sandbox,
    TimeLimit,
    UserError,
    Workers,
    pool_for,
)
from deepcoder.tools.console import out, progress
from deepcoder.tools.passrate import measure

if TYPE_CHECKING:
    from deepcoder.models.sampling import Sampler


def passrate(
    model: Annotated[str, typer.Argument(help="A model of the Hub, or a folder.")],
    problems: Annotated[
        str, typer.Argument(metavar="DATA", help="A file of problems, a data set of the Hub, or deepcoder_small.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="JSONL of rates to write; an existing file is continued.")
    ],
    num_generations: Annotated[
        int, typer.Option("-k", "--num-generations", min=1, help="Completions of each problem.")
    ] = 8,
    temperature: Annotated[float, typer.Option(min=0, help="Of sampling; 0 means greedy.")] = 0.6,
    max_completion_length: Annotated[int, typer.Option(min=1, help="Most tokens of a completion.")] = 1024,
    completions: Annotated[
        Path | None, typer.Option(help="JSONL of the completions to write too, which `grade` and `report` read.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of sampling.")] = 0,
    max_tests: MaxTests = 15,
    time_limit: TimeLimit = DEFAULT_TIME_LIMIT_S,
    quarantine: Quarantine = None,
    sandbox: Sandbox = AUTO,
    workers: Workers = None,
    resource: Resource = "",
    pool: Pool = "",
    image: Image = SandboxConfig.image,
) -> None:
    """Sample completions, judge them, and write the pass rate of each problem, for training to choose by."""
    selection = Selection(max_tests, time_limit)
    loaded = selection.load(problems, quarantine)
    for problem in loaded:
        if not problem.prompt:
            raise UserError(f"problem {problem.problem_id} has no prompt to answer")
    if output.suffix != ".jsonl" or not output.parent.is_dir():
        raise UserError(f"{output} must end with .jsonl, in a folder that exists")
    way = {"model": model, "seed": seed, "max_tests": max_tests, "time_limit_s": time_limit}
    way |= {"num_generations": num_generations, "temperature": temperature}
    way |= {"max_completion_length": max_completion_length}
    sample = loaded_model(model, num_generations, temperature, max_completion_length, seed)
    keeping = completions.open("a", encoding="utf-8") if completions else nullcontext()
    started = pool_for(loaded, sandbox, image, workers, resource, pool)
    with keeping as kept, started, progress("sampling and judging", len(loaded)) as tick:
        rows = measure(sample, loaded, started, way, output, kept, tick)
    print_rates(rows, output)


def loaded_model(model: str, number: int, temperature: float, length: int, seed: int) -> Sampler:
    """Return what samples completions from the model.

    Raises:
        UserError: The packages for models are not installed, or there is no such model.
    """
    try:
        from deepcoder.models.sampling import Decoding, sampler
    except ImportError as error:
        raise UserError(f"sampling needs {error.name}: install deepcoder[train]") from None
    try:
        return sampler(model, Decoding(number, temperature, length), seed)
    except OSError as error:
        raise UserError(f"cannot load {model}: {' '.join(str(error).split())}") from None


def print_rates(rows: list[dict[str, Any]], output: Path) -> None:
    """Say how many problems are sometimes solved, and how long the completions are."""
    known = [row["pass_rate"] for row in rows if row["pass_rate"] is not None]
    if not known:
        raise UserError(f"nothing could be judged; {output} says so for each problem")
    never, always = (sum(rate == value for rate in known) for value in (0, 1))
    cut, lengths = sum(row["cut"] for row in rows), sorted(length for row in rows for length in row["tokens"])
    out.print(
        f"{output}: {len(known)} problems, mean pass rate {fmean(known):.2f}; {never} are never solved, "
        f"{always} always, {len(known) - never - always} sometimes\n"
        f"{cut / len(lengths):.0%} of the completions were cut at the limit of length; half have at most "
        f"{lengths[len(lengths) // 2]} tokens, nine tenths at most {lengths[len(lengths) * 9 // 10]}",
        highlight=False,
        soft_wrap=True,
    )
