"""`deepcoder passrate`: how many of a model's completions pass, problem by problem."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepcoder.datasets.selection import Selection
from deepcoder.problems import Problem
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
    check_outputs,
    check_problems,
    pool_for,
)
from deepcoder.tools.console import counted, out, progress
from deepcoder.tools.passrate import already_measured, measure

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
    chat_template_kwargs: Annotated[
        str, typer.Option(metavar="JSON", help='For the chat template, such as {"enable_thinking": false}.')
    ] = "{}",
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
    loaded = Selection(max_tests, time_limit).load(problems, quarantine)
    check(loaded, (output, completions), (problems, quarantine))
    how: dict[str, Any] = {"num_generations": num_generations, "temperature": temperature}
    how |= {"max_completion_length": max_completion_length, "chat_template_kwargs": json_object(chat_template_kwargs)}
    sampled = {"model": model, "data": problems, "seed": seed, "max_tests": max_tests, "time_limit_s": time_limit}
    measured = already_measured(output, sampled | how, completions)  # before the model is loaded, which takes long
    if all(each.problem_id in measured for each in loaded):
        print_rates(list(measured.values()), output)
        return
    sample = loaded_model(model, how, seed)
    started = pool_for(loaded, sandbox, image, workers, resource, pool)
    with started, progress("sampling and judging", len(loaded)) as tick:
        check_problems(started, loaded)
        rows = measure(sample, loaded, started, sampled | how, output, completions, tick)
    print_rates(rows, output)


def loaded_model(model: str, how: dict[str, Any], seed: int) -> Sampler:
    """Return what samples completions from the model.

    Raises:
        UserError: The packages for models are not installed, or the model cannot be used.
    """
    try:
        from deepcoder.models.sampling import Decoding, sampler
    except ImportError as error:
        raise UserError(f"sampling needs {error.name}: `pip install '.[train]'` in a checkout") from None
    try:
        return sampler(model, Decoding(**how), seed)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot load {model}: {' '.join(str(error).split())}") from None


def check(problems: list[Problem], outputs: Sequence[Path | None], inputs: Sequence[Path | str | None]) -> None:
    """Raise UserError where a problem cannot be asked, or a file cannot be written."""
    for problem in problems:
        if not problem.prompt:
            raise UserError(f"problem {problem.problem_id} has no prompt to answer")
    check_outputs(outputs, inputs, ".jsonl")


def json_object(given: str) -> dict[str, Any]:
    """Return the value of `--chat-template-kwargs`.

    Raises:
        UserError: It is no JSON object.
    """
    try:
        parsed = json.loads(given)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise UserError(f'--chat-template-kwargs {given} is no JSON object, such as {{"enable_thinking": false}}')
    return parsed


def print_rates(rows: list[dict[str, Any]], output: Path) -> None:
    """Say how many problems are sometimes solved, and how long the completions are."""
    known = [row["pass_rate"] for row in rows if row["pass_rate"] is not None]
    if not known:
        raise UserError(f"nothing could be judged; {output} says so, and the same command tries again")
    never, always = (sum(rate == value for rate in known) for value in (0, 1))
    cut, lengths = sum(row["cut"] for row in rows), sorted(length for row in rows for length in row["tokens"])
    out.print(
        f"{output}: {counted(len(known), 'problem')}, mean pass rate {fmean(known):.2f}; {never} are never solved, "
        f"{always} always, {len(known) - never - always} sometimes\n"
        f"{cut / len(lengths):.0%} of the completions were cut at the limit of length; half have at most "
        f"{lengths[len(lengths) // 2]} tokens, nine tenths at most {lengths[len(lengths) * 9 // 10]}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
