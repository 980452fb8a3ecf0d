"""Make charts of the facts of runs: what is drawn, in which colour, and what a reader should see in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean

from deepcoder.tools.report.run import TIMES, Judged, Run, Step, mean, thinned
from deepcoder.verdicts import Verdict

MOST_POINTS = 200  # of a line; more steps than that are drawn several at a time
MOST_BARS = 50  # of a stack, as lines

Values = tuple[float | None, ...]
Figure = Callable[[Step], float | None]


@dataclass(frozen=True)
class Series:
    """One line of a chart, or one layer of a stack."""

    name: str
    color: str  # the name of a variable of the page's style
    values: Values  # one for each x
    style: str = "line"  # or dots, or dashes


@dataclass(frozen=True)
class Chart:
    """A chart over the steps, and the numbers behind it."""

    title: str
    about: str  # one sentence: what is drawn
    unit: str  # %, s, or what is counted
    x: tuple[int, ...]
    series: tuple[Series, ...]
    is_stack: bool = False

    @property
    def rows(self) -> list[tuple[int, Values]]:
        """Return the numbers: for each x, the value of each series."""
        return list(zip(self.x, zip(*(each.values for each in self.series), strict=True), strict=True))


def compared(runs: Sequence[Run]) -> list[Chart]:
    """Return the charts that show all runs over each other: reward, pass rates, and what should not be."""
    every = _every(runs, MOST_POINTS)
    drawn = [thinned(run.steps, every) for run in runs]
    per_point = f" A point is the mean of {every} steps." if every > 1 else ""
    names = [f"{run.name}: " if len(runs) > 1 else "" for run in runs]
    smooth = 2 * (len(_x(drawn)) // 20) + 1
    average = f"a moving average over {smooth} points" if smooth > 1 else "each step"
    reward = _reward(drawn, names, f"Dots are single points, the line is {average}.{per_point}")
    passing = _passing(drawn, names, f"Lines show {average}.{per_point}")
    shares = [
        _shares(drawn, names, title, about, holds)
        for title, about, holds in (
            ("Not judged", "Completions with the verdict IE: our fault, and no reward.", _is_ie),
            ("Suspicious", "Programs that did what no honest program does.", _is_suspicious),
            ("Without a program", "Completions in which no program was found.", _has_none),
        )
    ]
    return [chart for chart in (reward, passing, *shares) if _says_something(chart)]


def of_run(run: Run) -> list[Chart]:
    """Return the charts of one run: verdicts, seconds, and tests, each as a stack."""
    every = _every([run], MOST_BARS)
    steps = thinned(run.steps, every)
    per_bar = f" A bar is the mean of {every} steps." if every > 1 else ""
    seen = [verdict for verdict in Verdict if any(step.verdicts[verdict] for step in steps)]
    verdicts = [(str(each), str(each).lower(), _share_of(each)) for each in seen]
    seconds = [
        (name, color, _seconds_of(key))
        for key, name, color in zip(TIMES, ("generating", "waiting for judgements", "learning"), TONES, strict=True)
    ]
    tests = [
        (name, color, _tests_of(key))
        for key, name, color in zip(
            ("executed", "stopped", "repeated"),
            ("executed", "saved: an earlier test failed", "saved: the program was judged before"),
            TONES,
            strict=True,
        )
    ]
    charts = [
        _stack(steps, "Verdicts", f"The share of completions with each verdict.{per_bar}", "%", verdicts),
        _stack(steps, "Seconds per step", f"Where the time of a step goes.{per_bar}", "s", seconds),
        _stack(steps, "Tests per step", f"Tests that were executed, and that need not be.{per_bar}", "tests", tests),
    ]
    return [chart for chart in charts if _says_something(chart)]


TONES = ("tone1", "tone2", "tone3")


def run_color(index: int) -> str:
    """Return the colour of a run; after the last one comes the first again."""
    return f"run{index % 6}"


def _reward(drawn: Sequence[Sequence[Step]], names: Sequence[str], about: str) -> Chart:
    x = _x(drawn)
    series = []
    for index, (steps, name) in enumerate(zip(drawn, names, strict=True)):
        color = run_color(index)
        values = _values(steps, x, lambda step: step.reward)
        series.append(Series(f"{name}average", color, _smooth(values)))
        series.append(Series(f"{name}point", color, values, "dots"))
    return Chart("Reward", about, "", x, tuple(series))


def _passing(drawn: Sequence[Sequence[Step]], names: Sequence[str], about: str) -> Chart:
    x = _x(drawn)
    series = []
    for index, (steps, name) in enumerate(zip(drawn, names, strict=True)):
        color = run_color(index)
        whole = _values(steps, x, lambda step: step.pass_rate)
        tests = _values(steps, x, lambda step: step.test_pass_rate)
        series.append(Series(f"{name}completions that pass every test", color, _smooth(whole)))
        series.append(Series(f"{name}tests passed, of those run", color, _smooth(tests), "dashes"))
    return Chart("Pass rates", about, "%", x, tuple(series))


def _shares(
    drawn: Sequence[Sequence[Step]], names: Sequence[str], title: str, about: str, holds: Callable[[Judged], bool]
) -> Chart:
    x = _x(drawn)
    lines = [
        Series(f"{name}share of completions", run_color(index), _values(steps, x, lambda step: step.share(holds)))
        for index, (steps, name) in enumerate(zip(drawn, names, strict=True))
    ]
    return Chart(title, about, "%", x, tuple(lines))


def _stack(
    steps: Sequence[Step], title: str, about: str, unit: str, layers: Iterable[tuple[str, str, Figure]]
) -> Chart:
    x = tuple(step.number for step in steps)
    series = tuple(Series(name, color, tuple(figure(step) for step in steps)) for name, color, figure in layers)
    return Chart(title, about, unit, x, series, is_stack=True)


def _share_of(verdict: Verdict) -> Figure:
    return lambda step: step.share(lambda each: each.judgement.verdict is verdict)


def _seconds_of(name: str) -> Figure:
    return lambda step: step.seconds[name] if step.seconds else None


def _tests_of(name: str) -> Figure:
    return lambda step: step.tests[name] / step.count


def _is_ie(each: Judged) -> bool:
    return each.judgement.verdict is Verdict.IE


def _is_suspicious(each: Judged) -> bool:
    return bool(each.judgement.suspicious)


def _has_none(each: Judged) -> bool:
    return not each.has_program


def _every(runs: Sequence[Run], most: int) -> int:
    """Return how many steps are drawn as one: the same for all runs, so that their lines compare."""
    return ceil(max(len(run.steps) for run in runs) / most)


def _x(drawn: Sequence[Sequence[Step]]) -> tuple[int, ...]:
    return tuple(sorted({step.number for steps in drawn for step in steps}))


def _values(steps: Sequence[Step], x: Sequence[int], figure: Figure) -> Values:
    """Return the figure for each x; None where the run has no such step."""
    found = {step.number: figure(step) for step in steps}
    return tuple(found.get(each) for each in x)


def _smooth(values: Values) -> Values:
    """Return a centred moving average over a tenth of the values."""
    half = len(values) // 20
    windows = [values[max(0, i - half) : i + half + 1] for i in range(len(values))]
    return tuple(
        None if value is None else fmean(each for each in window if each is not None)
        for value, window in zip(values, windows, strict=True)
    )


def _says_something(chart: Chart) -> bool:
    """Return whether a value of the chart is not 0: an empty picture tells less than the number in the summary."""
    return any(mean(filter(None, each.values)) for each in chart.series)
