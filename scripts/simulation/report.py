"""The report of a simulation: a table and a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.figure
from rich import box
from rich.table import Table

from deepcoder.verdicts import Verdict
from scripts.bench.report import PLAIN, STYLE, number
from scripts.simulation.coordinator import Costs
from scripts.simulation.simulation import Result


@dataclass(frozen=True)
class Row:
    """A figure, and what to compare it with."""

    name: str
    value: float
    unit: str
    beside: str = ""


def rows(results: Sequence[Result], costs: Costs, over_s: float) -> list[Row]:
    """Return the figures of all shards together. Those of one processor are of the busiest coordinator."""
    count = sum(result.submissions for result in results)
    workers = sum(result.workers for result in results)
    makespan_s = max(result.makespan_s for result in results)
    bound_s = max(result.bound_s for result in results)
    judging_s, needed_s = sum(result.judging_s for result in results), sum(result.needed_s for result in results)
    messages = sum((result.messages for result in results), Counter[str]())
    lost = sum((result.lost for result in results), Counter[str]())
    verdicts = sum((result.verdicts for result in results), Counter[Verdict]())
    faulty = sum(result.doubled + result.unjudged + result.wrong for result in results)
    sent = sum(messages.values())
    schedule_s = sum(sum(result.schedule_s.values()) for result in results)
    fastest = f"per submission: at most {count / schedule_s:.0f} a second"
    busiest = max(results, key=lambda result: result.busy_s)
    spent_s = busiest.busy_s / busiest.submissions
    names = sorted({name for result in results for name in result.schedule_s})
    by_name = {name: sum(result.schedule_s.get(name, 0.0) for result in results) for name in names}
    dearest = sorted(by_name, key=lambda name: -by_name[name])[:4]
    figures = [
        Row("submissions judged", sum(verdicts.values()), "", f"asked for: {count}, by {workers} workers"),
        Row("judged twice, never, or wrongly", faulty, ""),
        Row("internal errors", verdicts[Verdict.IE], "", ", ".join(f"{times} {name}" for name, times in lost.items())),
        Row("makespan", makespan_s, "s", f"{number(bound_s)} s: lower bound, ratio {makespan_s / bound_s:.2f}"),
        Row("utilisation", 100 * judging_s / (workers * makespan_s), "%"),
        Row("work that was necessary", 100 * needed_s / judging_s, "%", "of what was done"),
        Row("worker seconds", judging_s / count, "s", "per submission"),
        Row("messages", sent / makespan_s, "1/s", f"{sent / count:.2f} per submission"),
        *(Row(f"of them {name}", times / makespan_s, "1/s") for name, times in messages.most_common()),
        Row("schedule", 1e6 * schedule_s / count, "µs", fastest),
        *(Row(f"of it {name}", 1e6 * by_name[name] / count, "µs", "per submission") for name in dearest),
        Row("simulation", sum(result.real_s for result in results), "s", "real"),
    ]  # fmt: skip
    if spent_s:
        figures.insert(8, Row("coordinator busy", 100 * busiest.busy_s / makespan_s, "%"))
        beside = f"per submission: at most {1 / spent_s:.0f} a second for {len(results)} coordinator(s) each"
        figures.insert(9, Row("coordinator's processor", 1e6 * spent_s, "µs", beside))
    if over_s:
        figures.insert(
            4, Row("left to wait for", makespan_s - over_s, "s", f"after the last was asked for at {over_s:g} s")
        )
    return figures


def table(figures: Sequence[Row]) -> Table:
    """Return the figures as a table, which is Markdown as text."""
    shown = Table("figure", "value", "beside", box=box.MARKDOWN)
    for row in figures:
        shown.add_row(row.name, f"{number(row.value)} {row.unit}".strip(), row.beside)
    return shown


def draw(path: Path, results: Sequence[Result]) -> None:
    """Draw the workers that judge and the messages per second, over the time of the shard that took longest."""
    longest = max(results, key=lambda result: result.makespan_s)
    with matplotlib.rc_context(STYLE):
        canvas = matplotlib.figure.Figure(layout="constrained", figsize=(10, 3.8))
        judging, messages = canvas.subplots(1, 2)
        times = [moment.at for moment in longest.seen]
        judging.plot(times, [100 * moment.judging / longest.workers for moment in longest.seen], color=PLAIN)
        judging.set(xlabel="simulated seconds", ylabel="% of workers that judge", ylim=(0, 100))
        pairs = list(zip(longest.seen, longest.seen[1:], strict=False))
        rates = [(after.messages - before.messages) / (after.at - before.at) for before, after in pairs]
        messages.plot(times[1:], rates, color=PLAIN)
        messages.set(xlabel="simulated seconds", ylabel="messages per second", ylim=(0, None))
        canvas.savefig(path, dpi=130)
