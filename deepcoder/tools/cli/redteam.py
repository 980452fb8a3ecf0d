"""`deepcoder redteam`: run hostile programs against a sandbox, and show which of them got through."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from deepcoder import sandbox as sandboxes
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools.cli.options import Sandbox, UserError, time_limit_s
from deepcoder.tools.console import counted, out, progress
from deepcoder.tools.redteam import LIMITS, Attempt, attacks, attempts, with_limits
from deepcoder.verdicts import Verdict
from deepcoder.wire.languages import LANGUAGES, PYTHON


def known_language(name: str) -> str:
    """Return the language, where there is one of this name."""
    if name not in LANGUAGES:
        raise typer.BadParameter(f"must be one of {', '.join(LANGUAGES)}")
    return name


def redteam(
    names: Annotated[list[str] | None, typer.Argument(help="Attacks or classes to run; default: all.")] = None,
    language: Annotated[
        str, typer.Option(callback=known_language, help=f"The attacks' language: {', '.join(LANGUAGES)}.")
    ] = PYTHON.name,
    sandbox: Sandbox = AUTO,
    image: Annotated[str, typer.Option(help="Docker: the image to attack.")] = SandboxConfig.image,
    runtime: Annotated[str | None, typer.Option(help="Docker: the engine's runtime, such as runsc.")] = None,
    cpus: Annotated[float, typer.Option(min=0.1, help="Docker: processors of the container.")] = SandboxConfig.cpus,
    time_limit: Annotated[
        float,
        typer.Option(
            min=0.01, callback=time_limit_s, help="CPU seconds per test, for attacks without a limit of their own."
        ),
    ] = LIMITS.cpu_s,
    memory_limit: Annotated[
        int, typer.Option(min=32, help="MiB per program, for attacks without a limit of their own.")
    ] = LIMITS.memory_bytes >> 20,
) -> None:
    """Run hostile programs against a sandbox as you would configure it; exit code 1 if one gets through."""
    every = attacks(with_limits(LIMITS, f"cpu_s={time_limit}, memory_bytes={memory_limit << 20}"), language)
    chosen = [each for each in every if not names or each.name in names or each.kind in names]
    if unknown := set(names or ()) - {each.name for each in every} - {each.kind for each in every}:
        classes = ", ".join(sorted({each.kind for each in every}))
        raise UserError(f"no attack or class is called {min(unknown)!r}: the classes are {classes}")
    memory_bytes = max(each.limits.memory_bytes for each in chosen)
    config = sandboxes.resolve(SandboxConfig(sandbox, image, memory_bytes, cpus, runtime))
    tried = []
    with progress("attacking", sum(len(each.verdicts) for each in chosen)) as tick:
        for attempt in attempts(chosen, config):
            tried.append(attempt)
            tick(1)
    _print_table(tried)
    through = {each.attack.name for each in tried if each.got_through}
    left = {each.attack.name for each in tried if each.left}
    odd = {each.attack.name for each in tried if each.held and not each.is_expected}
    out.print(
        f"{counted(len(chosen), 'attack')} in {counted(len(tried), 'run')} on {config.kind} sandboxes: "
        f"{len(through)} through, {len(left)} with leftovers, {len(odd)} held with a verdict that is not the usual one",
        highlight=False,
        soft_wrap=True,
    )
    raise typer.Exit(bool(through or left))


def _print_table(tried: list[Attempt]) -> None:
    """Print one row per attack, with its modes side by side."""
    table = Table("attack", "class", "verdicts", "held", "left behind")
    for attack, group in groupby(tried, key=lambda each: each.attack):
        runs = list(group)
        held = all(each.held for each in runs)
        accepted = ["accepted"] * any(each.judgement and each.judgement.verdict is Verdict.AC for each in runs)
        harm = "; ".join(dict.fromkeys([*accepted, *(word for each in runs for word in each.harm)]))
        table.add_row(
            attack.name,
            attack.kind,
            _verdicts(runs),
            "[green]yes[/]" if held else f"[bold red]no[/] {escape(harm)}",
            escape("; ".join(dict.fromkeys(word for each in runs for word in each.left))),
        )
    out.print(table)


def _verdicts(runs: list[Attempt]) -> str:
    """Return one verdict where all modes agree, else each with its mode; an unusual verdict is yellow."""
    texts = {each.mode: str(each.judgement.verdict if each.judgement else Verdict.IE) for each in runs}
    if len(set(texts.values())) > 1:
        texts = {mode: f"{mode} {verdict}" for mode, verdict in texts.items()}
    shown = [texts[each.mode] if each.is_expected else f"[yellow]{texts[each.mode]}[/]" for each in runs]
    return ", ".join(dict.fromkeys(shown))
