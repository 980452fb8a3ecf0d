"""Write the page: facts and charts into the template, with the styles and scripts inside.

The template escapes every value, and shows every character that a browser would obey as its code. The page's own policy
forbids it to load anything, and to run another script than the one that is written here.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from deepcoder.tools.report import charts, code
from deepcoder.tools.report.graded import Graded
from deepcoder.tools.report.run import Run, Step, Tried, fifths, mean
from deepcoder.verdicts import Verdict

MOST_PROBLEMS = 500  # rows of the table of problems
SPARKS = 24  # points of a sparkline

_FILES = resources.files("deepcoder.tools.report")


@dataclasses.dataclass(frozen=True)
class Tile:
    """One figure of a summary."""

    label: str
    amount: float | None  # what runs are sorted by
    value: str
    note: str


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of the table of problems."""

    source: str  # the run's or file's name
    color: str
    tried: Tried
    spark: str  # the points of its line, in a box of 100 by 24; empty where it was met once
    spark_says: str


@dataclasses.dataclass(frozen=True)
class Signal:
    """The problems of a run or a file that no completion solved, and those that every completion solved."""

    source: str
    problems: int
    never: list[str]
    always: list[str]


@dataclasses.dataclass(frozen=True)
class Following:
    """Hold what a page needs to follow files that grow."""

    version: str  # of the files that it was made of
    missing: Mapping[str, str]  # why a run or a file is not on the page, by its name


def html(runs: Sequence[Run], graded: Sequence[Graded], following: Following | None = None) -> str:
    """Return the page about these runs and files of judgements. Only one that follows its files asks for anything."""
    read: list[Run | Graded] = [*runs, *graded]
    sources = [(each.name, charts.run_color(i), each.problems) for i, each in enumerate(read)]
    problems = [_row(name, color, each) for name, color, group in sources for each in group]
    problems.sort(key=lambda row: abs(row.tried.change), reverse=True)
    style = _text("uPlot.min.css") + _text("page.css")
    script = _text("uPlot.iife.min.js") + _text("page.js") + (_text("live.js") if following else "")
    return (
        _environment()
        .from_string(_text("page.html"))
        .render(
            title=" · ".join([*(name for name, _, _ in sources), *(following.missing if following else ())]),
            following=following,
            runs=runs,
            graded=graded,
            tiles=[(each.name, charts.run_color(i), _tiles(each)) for i, each in enumerate(runs)],
            compared=charts.compared(runs) if runs else [],
            stacks=[(each.name, charts.of_run(each)) for each in runs],
            problems=problems[:MOST_PROBLEMS],
            left_out=max(0, len(problems) - MOST_PROBLEMS),
            signals=[_signal(name, group) for name, _, group in sources],
            colors={name: color for name, color, _ in sources},
            verdicts=list(Verdict),
            style=Markup(style),
            style_hash=_hash(style),
            script=Markup(script),
            script_hash=_hash(script),
        )
    )


def _environment() -> Environment:
    made = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {
        "number": number,
        "data": dataclasses.asdict,
        "coloured": code.coloured,
        "lines": lambda text: Markup.escape(code.lines(text)),
    }
    return made


def _shown(value: Any) -> Any:
    """Return a value as the template writes it: text becomes harmless, unless it is HTML of our own making."""
    return code.line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def number(value: float | None, unit: str = "") -> str:
    """Return a figure for people: shares in percent, others with three digits."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{value:.1%}" if 0 < value < 0.0995 else f"{value:.0%}"
    digits = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".strip()


def _tiles(run: Run) -> list[Tile]:
    """Return the summary of a run."""
    judged = [each for step in run.steps for each in step.judged]
    tests = sum((step.tests for step in run.steps), start=Counter())
    unjudged = mean(float(each.judgement.verdict is Verdict.IE) for each in judged)
    suspicious = sum(bool(each.judgement.suspicious) for each in judged)
    saved = (tests["stopped"] + tests["repeated"]) / max(1, tests.total())
    dishonest = "programs that did what no honest one does"
    return [
        _change("reward", fifths([step.reward for step in run.steps]), ""),
        _change("pass rate", fifths([step.pass_rate for step in run.steps]), "%"),
        Tile("completions judged", len(judged), number(len(judged)), f"in {len(run.steps)} steps"),
        _time_tile(run.steps),
        Tile("tests saved", saved, number(saved, "%"), f"{tests['executed']:,} were executed"),
        Tile("not judged (IE)", unjudged, number(unjudged, "%"), "our fault; no reward"),
        Tile("suspicious", suspicious, number(suspicious), dishonest),
    ]


def _change(label: str, ends: tuple[float, float] | None, unit: str) -> Tile:
    if ends is None:
        return Tile(label, None, "–", "not recorded")
    shown = [number(each, unit) if unit else f"{each:.2f}" for each in ends]
    return Tile(label, ends[1], " → ".join(shown), "first and last fifth of the steps")


def _time_tile(steps: Sequence[Step]) -> Tile:
    known = [step.seconds for step in steps if step.seconds]
    if not known:
        return Tile("seconds per step", None, "–", "not recorded")
    whole_s = sum(sum(each.values()) for each in known)
    judging_s = sum(each["judging_s"] for each in known)
    mean_s, waiting = whole_s / len(known), judging_s / whole_s
    return Tile("seconds per step", mean_s, number(mean_s, "s"), f"{waiting:.0%} waiting for judgements")


def _row(source: str, color: str, problem: Tried) -> Row:
    every = -(-len(problem.rates) // SPARKS)
    rates = [mean(problem.rates[i : i + every]) or 0.0 for i in range(0, len(problem.rates), every)]
    if len(rates) < 2:
        return Row(source, color, problem, "", "met once")
    points = " ".join(f"{2 + 96 * i / (len(rates) - 1):.0f},{21 - 18 * rate:.0f}" for i, rate in enumerate(rates))
    says = "pass rate over time: " + ", ".join(f"{rate:.0%}" for rate in rates)
    return Row(source, color, problem, points, says)


def _signal(source: str, problems: Sequence[Tried]) -> Signal:
    never = [each.problem_id for each in problems if each.passed == 0]
    always = [each.problem_id for each in problems if each.passed == each.judged]
    return Signal(source, len(problems), never, always)


def _text(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the name that the policy of a page has for a script or a style that it contains."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
