"""`python -m scripts.peers`: judge the same programs by this project and by each peer, in turns.

It writes a table, `peers.json` and a plot. CPU seconds are the whole machine's: let nothing else run meanwhile.
"""

from __future__ import annotations

import json
import logging
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import matplotlib.figure
import typer
from rich import box
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from deepcoder.pool import SandboxPool
from deepcoder.tools.console import err, out
from deepcoder.verdicts import Submission, Verdict
from scripts.bench import machine, pools
from scripts.bench.processes import TICKS_PER_S
from scripts.peers import theirs
from scripts.peers.table import NOTHING, PEERS, Peer
from scripts.peers.work import Task, Work, works

log = logging.getLogger("deepcoder.peers")

WORKERS = theirs.PROCESSES
DATA = Path(__file__).parents[3] / "shared" / "data"
WIDTH = 200

Judge = Callable[[Sequence[Task]], tuple[float, list[bool]]]


@dataclass(frozen=True)
class Contestant:
    """A judge with its name and isolation."""

    title: str
    isolation: str
    judge: Judge
    is_ours: bool = False
    only_calls: bool = False
    share: int = 1


@dataclass
class Found:
    """Hold what one judge did with one kind of work. The mutable state: a value for each round."""

    rates: list[float] = field(default_factory=list)  # programs per second
    cpu_s: list[float] = field(default_factory=list)  # of the machine, per program
    judged: int = 0  # programs of a round
    wrong: list[str] = field(default_factory=list)  # of the last round


def main(
    sandbox: Annotated[str, typer.Option(help="docker, process or gvisor: ours.")] = "docker",
    rounds: Annotated[int, typer.Option(min=1, help="Each figure is the median of this many rounds.")] = 3,
    live_code_bench: Annotated[str, typer.Option(help="A checkout of LiveCodeBench.")] = "",
    sandbox_fusion: Annotated[str, typer.Option(help="The URL of a SandboxFusion server.")] = "",
    only: Annotated[list[str] | None, typer.Option(help="The name of a peer; default: all.")] = None,
    work: Annotated[list[str] | None, typer.Option(help="W1, W2, W4, W5, 'real stdin', 'real functions'.")] = None,
    data: Annotated[Path, typer.Option(help="The folder of real programs; without it there are none.")] = DATA,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path("runs/peers"),
) -> None:
    """Measure this project beside other judges of code, on the same programs."""
    given = {"live_code_bench": live_code_bench, "sandbox_fusion": sandbox_fusion}
    chosen = [each for each in PEERS if (not each.given or given[each.name]) and (not only or each.name in only)]
    todo = [each for each in works(data if data.is_dir() else None) if not work or each.name in work]
    for peer in chosen:
        theirs.install(peer)
    with pools.ready(sandbox, WORKERS) as pool:
        contestants = [
            _ours(sandbox, pool),
            *(_of_peer(each, given.get(each.name) or each.argument) for each in chosen),
        ]
        found = _measured(contestants, todo, rounds)
    output.mkdir(parents=True, exist_ok=True)
    (output / "peers.json").write_text(json.dumps(_facts(contestants, todo, found, rounds), indent=1) + "\n")
    _draw(output / "peers.svg", contestants, todo, found)
    (out if out.is_terminal else Console(width=WIDTH)).print(_table(contestants, todo, found))
    out.print(f"peers.json, with the wrong verdicts, and peers.svg are in {output}", soft_wrap=True)


def _ours(sandbox: str, pool: SandboxPool) -> Contestant:
    def judge(tasks: Sequence[Task]) -> tuple[float, list[bool]]:
        submissions = [Submission(each.problem, each.program) for each in tasks]
        began = time.perf_counter()
        judgements = pool.judge(submissions)
        return time.perf_counter() - began, [each.verdict is Verdict.AC for each in judgements]

    return Contestant(f"deepcoder, {sandbox}", "each program as a user of its own in a sandbox", judge, is_ours=True)


def _of_peer(peer: Peer, argument: str) -> Contestant:
    return Contestant(
        peer.title,
        peer.isolation,
        lambda tasks: theirs.judged(peer, argument, tasks),
        only_calls=peer.only_calls,
        share=peer.share,
    )


Results = dict[tuple[str, str], Found]  # by judge and work


def _measured(contestants: Sequence[Contestant], todo: Sequence[Work], rounds: int) -> Results:
    """Have everyone judge, in turns; a judge that fails at some work has no figures of it."""
    found: Results = {}
    for turn in range(rounds):
        for work in todo:
            for each in contestants:
                if each.only_calls and not work.is_calls:
                    continue
                tasks = work.tasks()[:: each.share]
                before = _machine_cpu_s()
                try:
                    took_s, accepted = each.judge(tasks)
                except (OSError, RuntimeError, ValueError) as error:
                    log.error("%s failed at %s: %s", each.title, work.name, error)
                    continue
                cpu_s = _machine_cpu_s() - before
                result = found.setdefault((each.title, work.name), Found())
                result.rates.append(len(tasks) / took_s)
                result.cpu_s.append(cpu_s / len(tasks))
                result.judged = len(tasks)
                result.wrong = [
                    task.origin or f"{work.name} {number}"
                    for number, (task, is_accepted) in enumerate(zip(tasks, accepted, strict=True))
                    if task.is_right is not is_accepted
                ]
                log.info("round %d, %s: %s %.1f/s", turn + 1, work.name, each.title, result.rates[-1])
    return found


def _machine_cpu_s() -> float:
    """Return the CPU seconds that this machine has spent so far (proc(5), stat): user, nice, system, interrupts."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return sum(int(fields[index]) for index in (1, 2, 3, 6, 7)) / TICKS_PER_S


def _table(contestants: Sequence[Contestant], todo: Sequence[Work], found: Results) -> Table:
    """Return programs per second, CPU milliseconds per program, and wrong verdicts; as text it is Markdown."""
    shown = Table("judge", "isolation", *(f"{each.name}: 1/s, CPU ms, wrong" for each in todo), box=box.MARKDOWN)
    for each in contestants:
        cells = [found.get((each.title, work.name)) for work in todo]
        shown.add_row(each.title, each.isolation, *(_cell(cell) if cell else "" for cell in cells))
    return shown


def _cell(found: Found) -> str:
    cpu_ms = 1000 * statistics.median(found.cpu_s)
    return f"{statistics.median(found.rates):.3g}, {cpu_ms:.3g}, {len(found.wrong)} of {found.judged}"


def _facts(contestants: Sequence[Contestant], todo: Sequence[Work], found: Results, rounds: int) -> dict[str, Any]:
    return {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "scripts.peers", *sys.argv[1:]]),
        "rounds": rounds,
        "machine": machine.facts("docker"),
        "work": {each.name: each.what for each in todo},
        "isolation": {each.title: each.isolation for each in contestants},
        "found": [{"judge": judge, "work": work, **vars(each)} for (judge, work), each in found.items()],
    }


def _draw(path: Path, contestants: Sequence[Contestant], todo: Sequence[Work], found: Results) -> None:
    """Draw programs per second, on a logarithmic scale: ours in one colour, those without isolation pale."""
    figure = matplotlib.figure.Figure(figsize=(3.2 * len(todo), 0.45 * len(contestants) + 1.2), layout="constrained")
    titles = [each.title for each in contestants]
    for number, work in enumerate(todo):
        axes = figure.add_subplot(1, len(todo), number + 1)
        cells = [found.get((title, work.name)) for title in titles]
        rates = [statistics.median(cell.rates) if cell else 0.0 for cell in cells]
        colours = [
            "#3d6fa5" if each.is_ours else "#c9c9c9" if each.isolation == NOTHING else "#d98b4f" for each in contestants
        ]
        bars = axes.barh(titles, rates, color=colours)
        axes.bar_label(bars, [f"{rate:.3g}" if rate else "" for rate in rates], padding=3, fontsize=8)
        axes.set_xscale("log")
        axes.margins(x=0.25)
        axes.set_title(f"{work.name}, programs per second", fontsize=9)
        axes.invert_yaxis()
        if number:
            axes.set_yticklabels([])
    figure.savefig(path)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[RichHandler(console=err)])
    log.setLevel(logging.INFO)
    typer.run(main)
