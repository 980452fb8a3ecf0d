"""Report a run: the table, the JSON and the pictures."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.figure
import matplotlib.ticker
from rich import box
from rich.table import Table

from scripts.bench.figures import Figure

GOOD, BAD, PLAIN = "#2a9d55", "#d1495b", "#3d6fa5"
STYLE = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}


def table(figures: Sequence[Figure]) -> Table:
    """Return a table with one row per figure; as text it is Markdown."""
    shown = Table("part", "figure", "value", "beside", "ratio", "bound", "holds", box=box.MARKDOWN)
    for each in figures:
        shown.add_row(*cells(each))
    return shown


def cells(figure: Figure) -> tuple[str, ...]:
    """Return the ratio with its range over the rounds."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    if len(figure.ratios) > 1:
        ratio += f" ({min(figure.ratios):.2f} to {max(figure.ratios):.2f})"
    return (
        figure.part,
        figure.name,
        f"{number(figure.value)} {figure.unit}",
        "" if figure.floor is None else f"{number(figure.floor)} {figure.unit}: {figure.floor_name}",
        ratio,
        "" if figure.bound is None else f"{'≥' if figure.at_least else '≤'} {figure.bound:.3g}",
        {True: "[green]yes", False: "[red]no", None: ""}[figure.holds],
    )


def number(value: float) -> str:
    """Return the number with three digits, or the whole number where it has more."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write(path: Path, figures: Sequence[Figure], about: Mapping[str, Any]) -> None:
    """Write the JSON: the facts about the run, and each figure with its ratio."""
    rows = [dataclasses.asdict(each) | {"ratio": each.ratio, "holds": each.holds} for each in figures]
    path.write_text(json.dumps({**about, "figures": rows}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def draw(folder: Path, figures: Sequence[Figure]) -> None:
    """Draw the pictures of those parts that were measured."""
    drawings = {
        "bounds": draw_bounds,
        "breakdown": draw_breakdown,
        "batch": draw_batch,
        "replay": draw_replay,
        "dispatch": draw_dispatch,
    }
    with matplotlib.rc_context(STYLE):
        for name, drawing in drawings.items():
            canvas = matplotlib.figure.Figure(layout="constrained")
            if drawing(canvas, figures if name == "bounds" else [each for each in figures if each.part == name]):
                canvas.savefig(folder / f"{name}.png", dpi=130)


def draw_bounds(canvas: Any, figures: Sequence[Figure]) -> bool:
    """Draw how far each bounded figure is from its bound: left of the line it holds."""
    bounded = [each for each in figures if each.bound]
    if not bounded:
        return False
    canvas.set_size_inches(10, 1 + 0.32 * len(bounded))
    axes = canvas.subplots()
    shares = [used(each) for each in bounded]
    names = [f"{each.part}: {each.name}" + (f" / {each.floor_name}" if each.floor_name else "") for each in bounded]
    axes.barh(
        range(len(bounded)),
        [share - 1 for share in shares],
        left=1,
        color=[GOOD if each.holds else BAD for each in bounded],
    )
    axes.set_yticks(range(len(bounded)), names)
    axes.invert_yaxis()
    axes.axvline(1, color="#333333", linewidth=1.5)
    axes.set(xscale="log", xlabel="ratio beside its bound: to the right it does not hold")
    axes.xaxis.set_major_formatter(matplotlib.ticker.StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    return True


def used(figure: Figure) -> float:
    """Return the share of the bound that the figure uses: 1 at the bound, more beyond it."""
    assert figure.bound
    measured = figure.value if figure.ratio is None else figure.ratio
    return figure.bound / measured if figure.at_least else measured / figure.bound


def draw_breakdown(canvas: Any, figures: Sequence[Figure]) -> bool:
    """Draw the stages of a stdin test one after the other. A stage that others hide takes no room."""
    if not figures:
        return False
    canvas.set_size_inches(10, 3.4)
    axes = canvas.subplots()
    *stages, whole = figures
    left = 0.0
    for place, stage in enumerate(stages):
        width = max(0.0, stage.value)
        axes.barh(0, width, left=left, color=f"C{place}", label=f"{stage.name}: {stage.value:.0f} µs")
        left += width
    axes.axvline(whole.floor, color="#333333", linewidth=1.5, linestyle="--", label=f"floor: {whole.floor:.0f} µs")
    axes.set(xlabel="µs of one stdin test, of 15, through a pool of one worker", yticks=[], xlim=(0, None))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=3, frameon=False)
    return True


def draw_batch(canvas: Any, figures: Sequence[Figure]) -> bool:
    """Draw the programs per second of each workload: the pool's, and those of each other way."""
    rates = [each for each in figures if each.unit == "programs/s"]
    if not rates:
        return False
    canvas.set_size_inches(10, 4)
    names = sorted({each.name for each in rates})
    axes = canvas.subplots(1, len(names), squeeze=False)[0]
    for place, name in zip(axes, names, strict=True):
        group = [each for each in rates if each.name == name]
        bars = {"pool": group[0].value} | {each.floor_name: each.floor for each in group}
        drawn = place.bar(list(bars), list(bars.values()), color=[PLAIN] + ["#b0b0b0"] * len(group))
        place.bar_label(drawn, fmt="%.3g")
        place.set(title=name, yscale="log", ylim=(1, None))
        place.tick_params(axis="x", labelrotation=30)
    axes[0].set_ylabel("programs per second, two processes")
    return True


def draw_replay(canvas: Any, figures: Sequence[Figure]) -> bool:
    """Draw the tests that were run in each order; those of right programs are left of the line."""
    if not figures:
        return False
    canvas.set_size_inches(10, 3.4)
    axes = canvas.subplots()
    of = {each.name: each for each in figures}
    bars = {each.floor_name: each.floor for each in figures if each.name == "learned order"}
    bars |= {name: of[name].value for name in ("learned order", "learned order, repetitions remembered")}
    bars["the least of any order"] = of["the least of any order"].value
    drawn = axes.barh(list(bars), list(bars.values()), color=PLAIN)
    axes.bar_label(drawn, fmt="%.0f", padding=3)
    axes.invert_yaxis()
    right = of["right programs, whatever the order"].value
    axes.axvline(right, color="#333333", linestyle="--", label="right programs alone, repetitions executed")
    axes.set(xlabel="tests executed")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False)
    return True


def draw_dispatch(canvas: Any, figures: Sequence[Figure]) -> bool:
    """Draw the judgements per second of one client, and the latency of an idle pool, by the number of workers."""
    if not figures:
        return False
    canvas.set_size_inches(10, 3.8)
    for axes, start, unit in zip(
        canvas.subplots(1, 2),
        (("one client",), ("latency p50", "latency p99")),
        ("judgements per second", "ms of a batch of one"),
        strict=True,
    ):
        for name in start:
            of = [each for each in figures if each.name.startswith(name)]
            workers = [int(each.name.split()[-2]) for each in of]
            axes.plot(workers, [each.value for each in of], marker="o", label=name)
        axes.set(xscale="log", xlabel="workers", ylabel=unit, ylim=(0, None))
        axes.set_xticks(workers, list(map(str, workers)))
        axes.minorticks_off()
        axes.legend(frameon=False)
    return True
