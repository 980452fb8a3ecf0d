"""The command line. Bad input gives one sentence on stderr and exit code 2.

Runs: wherever a person types.
"""

from __future__ import annotations

import enum
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.live import Live
from rich.logging import RichHandler
from rich.markup import escape
from rich.table import Table

from deepcoder import sandbox as sandboxes
from deepcoder.datasets import DataError, ReferenceTime, file_rows, load_problems, quarantined
from deepcoder.judge import judge as judge_submission
from deepcoder.jury import Jury
from deepcoder.pool import SandboxPool
from deepcoder.pool import clusters as cluster
from deepcoder.problems import Limits, Problem, by_id
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig, SandboxError
from deepcoder.tools import doctor as doctor_module
from deepcoder.tools import explain as explain_module
from deepcoder.tools import redteam as redteam_module
from deepcoder.tools import status as status_module
from deepcoder.tools.cli_data import data, time_limit_s
from deepcoder.tools.console import err, out, progress
from deepcoder.tools.grade import Record, Settings, pass_at_k, read_submissions
from deepcoder.tools.grade import grade as grade_submissions
from deepcoder.verdicts import OWN_CODE, Judgement, Submission, Verdict

DEFAULTS = Settings()
LOOK_S = 1.0  # between two looks at a cluster
KS = (1, 2, 4, 8, 16, 32, 64, 100)

FINDINGS = {
    doctor_module.Kind.BROKEN: ("the reference fails", "quarantine, or mend"),
    doctor_module.Kind.FLAKY: ("the reference's verdict changes", "quarantine"),
    doctor_module.Kind.WEAK: ("wrong programs pass", "quarantine, or add tests"),
    doctor_module.Kind.SLOW: ("the reference needs over half the limit", "set a longer limit"),
    doctor_module.Kind.NO_REFERENCE: ("only junk could be judged", "add references"),
    doctor_module.Kind.UNJUDGED: ("a fault of ours", "ask again"),
}

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(data, name="data")


class Kind(enum.StrEnum):
    """The sandboxes that can be asked for."""

    auto = "auto"
    docker = "docker"
    process = "process"


Sandbox = Annotated[Kind, typer.Option(help="Docker containers, local processes, or what there is.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Sandboxes; default: one per CPU of the cluster.")]
Resource = Annotated[
    str, typer.Option(help="A custom resource of Ray; a sandbox takes one in place of a CPU.", show_default=False)
]
TimeLimit = Annotated[
    float, typer.Option(min=0.01, callback=time_limit_s, help="CPU seconds per test, where a problem has no limit.")
]
Pool = Annotated[str, typer.Option(help="Use the sandboxes of the running pool of that name.", show_default=False)]
Problems = Annotated[str, typer.Option(help="A file of problems, a Hub data set, or deepcoder_small.")]
Checker = Annotated[str, typer.Option(help="In place of the checkers that the problems name.", show_default=False)]
Quarantine = Annotated[Path | None, typer.Option(help="Problems to leave out: a list that `doctor -o` wrote.")]
Times = Annotated[Path | None, typer.Option(help="Calibrate the limits: a file of times that `doctor --times` wrote.")]
MaxTests = Annotated[int | None, typer.Option(min=1, help="Only so many tests, those with the longest inputs.")]


class UserError(Exception):
    """What the user gave cannot be used."""


@app.command()
def judge(
    program: Annotated[Path, typer.Argument(help="A Python source file.")],
    problem: Problems,
    problem_id: Annotated[str | None, typer.Option(help="Which, where the file has several.")] = None,
    sandbox: Sandbox = Kind.auto,
    time_limit: TimeLimit = DEFAULTS.time_limit_s,
    checker: Checker = "",
) -> None:
    """Judge one program and show the test that it fails; exit code 1 unless it is accepted."""
    settings = Settings(time_limit_s=time_limit, checker=checker)
    chosen = _one_problem(settings.loaded(problem), problem_id)
    try:
        source = program.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{program} cannot be read as text: {error}") from None
    judgement = _show(Submission(chosen, Program(source)), sandbox)
    raise typer.Exit(judgement.verdict is not Verdict.AC)


@app.command()
def explain(
    records: Annotated[Path, typer.Argument(help="Judgements, from `grade` or from a training run.")],
    problems: Problems,
    line: Annotated[int | None, typer.Option(min=1, help="Which; default: the first program that is not AC.")] = None,
    sandbox: Sandbox = Kind.auto,
) -> None:
    """Judge a recorded program again and show why it fails; exit code 1 if the verdict is not the recorded one."""
    number, record = _one_record(records, line)
    problem = _one_problem(record.loaded(problems), record.problem_id)
    program = None if record.program is None else Program(record.program)
    then = record.judgement
    if then.total != len(problem.tests):
        where = f"{records}, line {number}"
        raise UserError(f"{where}: judged with {then.total} tests, and the problem has {len(problem.tests)}")
    out.print(f"[bold]{escape(record.problem_id)}[/], line {number} of {escape(str(records))}", highlight=False)
    if record.program is not None:
        out.print(explain_module.excerpt(record.program, lines=explain_module.CODE_LINES))
    now = _show(Submission(problem, program), sandbox, then.failed_test)
    if now.verdict is not then.verdict:
        out.print(f"[bold yellow]The record says {then.verdict}[/], not {now.verdict}.", highlight=False)
    raise typer.Exit(now.verdict is not then.verdict)


def _one_record(path: Path, line: int | None) -> tuple[int, Record]:
    """The record and the number of its line, from 1."""
    found = None
    for number, (where, row) in enumerate(file_rows(path), start=1):
        if line is None or number == line:
            try:
                found = number, Record.from_row(row)
            except ValueError as error:
                raise UserError(f"{where}: not a record of `grade` or of training: {error}") from None
            failed = found[1].judgement.verdict is not Verdict.AC and found[1].program is not None
            if failed or line is not None:
                return found
    if line is None and found:
        raise UserError(f"{path}: every program is AC: choose one with --line")
    raise UserError(f"{path} has no line {line}" if line else f"{path} has no records")


def _one_problem(problems: list[Problem], problem_id: str | None) -> Problem:
    found = [each for each in problems if problem_id in (None, each.problem_id)]
    if not found:
        raise UserError(f"no problem has the problem_id {problem_id!r}")
    if len(found) > 1:
        raise UserError(f"there are {len(found)} problems: choose one with --problem-id, such as {found[0].problem_id}")
    return found[0].loaded()


def _show(submission: Submission, kind: Kind, recorded: int | None = None) -> Judgement:
    """Judge and print what came of it, with the test that fails now, else the one on record as failed."""
    config = SandboxConfig(kind=kind, memory_bytes=submission.problem.limits.memory_bytes)
    with closing(sandboxes.start(config)) as started, closing(Jury(config)) as jury:
        judgement = judge_submission(submission, started, jury)
        color = "green" if judgement.verdict is Verdict.AC else "red"
        out.print(
            f"[bold {color}]{judgement.verdict}[/]  {judgement.passed} of {judgement.total} tests passed, "
            f"{judgement.cpu_s:.3f} s CPU, {judgement.wall_s:.3f} s",
            highlight=False,
        )
        if judgement.detail:
            out.print(judgement.detail, markup=False, highlight=False)
        for sign in judgement.suspicious:
            out.print(f"[yellow]suspicious:[/] it {sign.value}", highlight=False)
        number = recorded if judgement.failed_test is None else judgement.failed_test
        if submission.program is not None:
            out.print(explain_module.view(submission, judgement, number, started))
    return judgement


@app.command()
def grade(
    completions: Annotated[Path, typer.Argument(help="JSONL or parquet: problem_id, and completion or program.")],
    problems: Problems,
    output: Annotated[Path, typer.Option("-o", "--output", help="JSONL of judgements; continued if it exists.")],
    sandbox: Sandbox = Kind.auto,
    workers: Workers = None,
    time_limit: TimeLimit = DEFAULTS.time_limit_s,
    max_tests: MaxTests = None,
    checker: Checker = "",
    quarantine: Quarantine = None,
    times: Times = None,
    resource: Resource = "",
    pool: Pool = "",
    completes_prompt: Annotated[
        bool, typer.Option("--completes-prompt", help="Completions continue the code of their prompts (HumanEval).")
    ] = False,
) -> None:
    """Judge a file of completions; prints the verdicts and pass@k. Exit code 1 if some could not be judged."""
    settings = Settings(max_tests, time_limit, checker, str(times or ""))
    loaded = settings.loaded(problems, quarantine)
    left_out = quarantined(quarantine) if quarantine else frozenset()
    submissions = read_submissions(completions, by_id(loaded), left_out, completes_prompt)
    if not submissions:
        raise UserError(f"{completions} has no completions" + (" that are not in quarantine" if quarantine else ""))
    if output.suffix != ".jsonl":
        raise UserError(f"{output} must end with .jsonl: judgements are written line by line")
    if not output.parent.is_dir():
        raise UserError(f"{output.parent} is no folder: make it first")
    workers = workers or _enough(submissions)
    with _pool(workers, sandbox, loaded, resource, pool) as started, progress("judging", len(submissions)) as tick:
        graded = grade_submissions(submissions, settings, output, started, lambda _, __: tick(1))
    _show_grades(graded)
    if any(each.judgement.verdict is not Verdict.AC for each in graded):
        out.print(
            f"deepcoder explain {output} --problems {problems}  # why the first failed",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    _say_unjudged(graded)
    raise typer.Exit(any(each.judgement.verdict is Verdict.IE for each in graded))


def _enough(submissions: Mapping[int, Submission]) -> int | None:
    """Return one worker per test where this machine has more processors; None for as many as there is room for."""
    tests = sum(len(each.problem.tests) for each in submissions.values())
    is_few = tests < len(os.sched_getaffinity(0))
    return tests if is_few and not os.environ.get("RAY_ADDRESS") else None


def _say_unjudged(graded: list[Record]) -> None:
    unjudged = [each.judgement for each in graded if each.judgement.verdict is Verdict.IE]
    theirs = [each for each in unjudged if each.detail.startswith(OWN_CODE)]
    if ours := len(unjudged) - len(theirs):
        err.print(f"{ours} could not be judged: run the same command again to judge only those")
    if theirs:
        example = theirs[0].detail.removeprefix(OWN_CODE)
        text = f"{len(theirs)} could not be judged because the data set's own code fails: {example}"
        err.print(text, markup=False, highlight=False, soft_wrap=True)


def _show_grades(graded: list[Record]) -> None:
    counts = Counter(each.judgement.verdict for each in graded)
    table = Table(title=f"{len(graded)} completions")
    table.add_column("verdict")
    table.add_column("completions", justify="right")
    table.add_column("share", justify="right")
    for verdict in Verdict:
        if counts[verdict]:
            table.add_row(verdict, str(counts[verdict]), f"{counts[verdict] / len(graded):.1%}")
    out.print(table)
    if missing := sum(each.program is None for each in graded):
        out.print(f"{missing} of them ({missing / len(graded):.1%}) have no program", highlight=False)
    if suspicious := sum(bool(each.judgement.suspicious) for each in graded):
        out.print(f"{suspicious} suspicious, with what no honest program does", highlight=False)
    for k in KS:
        share = pass_at_k(graded, k)
        if share is not None:
            out.print(f"pass@{k} {share:.1%}")


@app.command()
def doctor(
    data: Annotated[str | None, typer.Argument(help="Problems to examine; without, this machine is.")] = None,
    quarantine: Annotated[
        Path | None, typer.Option("-o", "--quarantine", help="JSONL to write: problems that no reward may come from.")
    ] = None,
    times: Annotated[
        Path | None, typer.Option(help="JSONL to write: how long references take, for calibrated limits.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each reference is judged.")] = doctor_module.RUNS,
    sandbox: Sandbox = Kind.auto,
    workers: Workers = None,
    time_limit: TimeLimit = DEFAULTS.time_limit_s,
    resource: Resource = "",
) -> None:
    """Check this machine, or a data set: references must pass, wrong programs must not; exit code 1 unless all do."""
    if data is None:
        raise typer.Exit(not _machine_is_well())
    problems = load_problems(data, limits=Limits(cpu_s=time_limit))
    found = []
    timed = 0
    with ExitStack() as life:
        lines = life.enter_context(_writable(quarantine)) if quarantine else None
        measured = life.enter_context(_writable(times)) if times else None

        def keep(time: ReferenceTime) -> None:
            nonlocal timed
            timed += 1
            if measured:
                measured.write(time.to_json())

        pool = life.enter_context(_pool(workers, sandbox, problems, resource))
        tick = life.enter_context(progress("examining", doctor_module.most_programs(problems, runs)))
        for finding in doctor_module.examine(problems, pool, runs, tick, keep):
            found.append(finding)
            if lines and finding.kind in doctor_module.QUARANTINED:
                lines.write(finding.to_json())
    for finding in found:
        if finding.kind is not doctor_module.Kind.NO_REFERENCE:  # of which most data sets have as many as problems
            _show_finding(finding)
    sick = {each.problem_id for each in found}
    isolated = {each.problem_id for each in found if each.kind in doctor_module.QUARANTINED}
    _show_findings(Counter(each.kind for each in found))
    out.print(f"{len(problems) - len(sick)} of {len(problems)} problems are well", highlight=False)
    if times:
        out.print(f"the times of {timed} references are in {times} for --times", highlight=False)
    if isolated:
        where = "with -o FILE.jsonl they are listed for" if quarantine is None else f"listed in {quarantine} for"
        out.print(f"{len(isolated)} to keep out of training and grades, {where} --quarantine", highlight=False)
    raise typer.Exit(len(sick) > 0)


def _show_finding(finding: doctor_module.Finding) -> None:
    row = Table.grid(padding=(0, 1))
    row.add_column(min_width=8, style="red", no_wrap=True)
    row.add_row(finding.kind, f"[bold]{escape(finding.problem_id)}[/]: {escape(finding.detail)}")
    out.print(row)


@contextmanager
def _writable(path: Path) -> Iterator[TextIO]:
    if path.suffix != ".jsonl" or not path.parent.is_dir():
        raise UserError(f"{path} must end with .jsonl and be in a folder that exists")
    with path.open("w", encoding="utf-8") as lines:
        yield lines


def _show_findings(counts: Counter[doctor_module.Kind]) -> None:
    if not counts:
        return
    table = Table("finding", "what it means", "to do")
    table.add_column("problems", justify="right")
    for kind, (meaning, advice) in FINDINGS.items():
        if counts[kind]:
            table.add_row(kind, meaning, advice, str(counts[kind]))
    out.print(table)


@app.command()
def redteam(
    names: Annotated[list[str] | None, typer.Argument(help="Attacks or classes to run; default: all.")] = None,
    sandbox: Sandbox = Kind.auto,
    image: Annotated[str, typer.Option(help="Docker: the image to attack.")] = SandboxConfig.image,
    runtime: Annotated[str | None, typer.Option(help="Docker: the engine's runtime, such as runsc.")] = None,
    cpus: Annotated[float, typer.Option(min=0.1, help="Docker: processors of the container.")] = SandboxConfig.cpus,
    time_limit: Annotated[
        float, typer.Option(min=0.01, callback=time_limit_s, help="CPU seconds per test, where an attack has no limit.")
    ] = redteam_module.LIMITS.cpu_s,
    memory_limit: Annotated[
        int, typer.Option(min=32, help="MiB per program, where an attack has no limit.")
    ] = redteam_module.LIMITS.memory_bytes >> 20,
) -> None:
    """Run hostile programs against a sandbox as you would configure it; exit code 1 if one gets through."""
    text = f"cpu_s={time_limit}, memory_bytes={memory_limit << 20}"
    every = redteam_module.attacks(redteam_module.with_limits(redteam_module.LIMITS, text))
    chosen = [each for each in every if not names or each.name in names or each.kind in names]
    if unknown := set(names or ()) - {each.name for each in every} - {each.kind for each in every}:
        classes = ", ".join(sorted({each.kind for each in every}))
        raise UserError(f"no attack or class is called {min(unknown)!r}: the classes are {classes}")
    memory_bytes = max(each.limits.memory_bytes for each in chosen)
    config = sandboxes.resolve(SandboxConfig(sandbox, image, memory_bytes, cpus, runtime))
    found = []
    with progress("attacking", sum(len(each.verdicts) for each in chosen)) as tick:
        for finding in redteam_module.findings(chosen, config):
            found.append(finding)
            tick(1)
    _show_attacks(found)
    through = {each.attack.name for each in found if each.got_through}
    left = {each.attack.name for each in found if each.left}
    odd = {each.attack.name for each in found if each.held and not each.is_expected}
    out.print(
        f"{len(chosen)} attacks in {len(found)} runs on {config.kind} sandboxes: {len(through)} through, "
        f"{len(left)} with leftovers, {len(odd)} held with a verdict that is not the usual one",
        highlight=False,
        soft_wrap=True,
    )
    raise typer.Exit(bool(through or left))


def _show_attacks(found: list[redteam_module.Finding]) -> None:
    """One row per attack, its modes side by side."""
    table = Table("attack", "class", "verdicts", "held", "left behind")
    for attack, group in groupby(found, key=lambda each: each.attack):
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


def _verdicts(runs: list[redteam_module.Finding]) -> str:
    """One where all modes agree, else each with its mode; yellow where it is not the usual one."""
    texts = {each.mode: str(each.judgement.verdict if each.judgement else Verdict.IE) for each in runs}
    if len(set(texts.values())) > 1:
        texts = {mode: f"{mode} {verdict}" for mode, verdict in texts.items()}
    shown = [texts[each.mode] if each.is_expected else f"[yellow]{texts[each.mode]}[/]" for each in runs]
    return ", ".join(dict.fromkeys(shown))


@app.command()
def status(
    address: Annotated[str, typer.Option(envvar="RAY_ADDRESS", help="The cluster; default: the one here.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the pools of a Ray cluster, on a terminal until Ctrl-C; exit code 2 where there is none."""
    with cluster.joined(address):
        seen = _seen()
        if as_json:
            out.print_json(json.dumps(status_module.as_json(seen)))
        elif not out.is_terminal:
            out.print(status_module.tables(seen))
        else:
            _follow(seen)


def _follow(seen: cluster.Cluster) -> None:
    try:
        with Live(status_module.tables(seen), console=out, auto_refresh=False) as live:
            while True:
                time.sleep(LOOK_S)
                live.update(status_module.tables(_seen()), refresh=True)
    except KeyboardInterrupt:
        return


def _seen() -> cluster.Cluster:
    found = cluster.look()
    if not found.pools:
        raise UserError(f"no pool runs on the Ray cluster at {found.address}")
    return found


def _machine_is_well() -> bool:
    """Run one program through each part, from the sandbox to the pool; training needs Ray and either sandbox."""
    well = {}
    for kind in ("docker", "process"):
        well[kind] = _check(f"{kind} sandbox", lambda kind=kind: _try_sandbox(kind))  # type: ignore[misc]
    if not well["docker"] and not well["process"]:
        return False
    return _check("Ray and a pool of two workers", lambda: _try_pool("docker" if well["docker"] else "process"))


def _check(what: str, attempt: Callable[[], str]) -> bool:
    try:
        found = attempt()
    except (SandboxError, ConnectionError) as error:
        out.print(f"[red]✗[/] {what}: {escape(str(error))}")
        return False
    out.print(f"[green]✓[/] {what}: {escape(found)}")
    return True


def _try_sandbox(kind: str) -> str:
    with closing(sandboxes.start(SandboxConfig(kind=kind))) as started:
        judgement = judge_submission(Submission(doctor_module.SELF_TEST, Program("print(int(input()) + 1)")), started)
        if judgement.verdict is not Verdict.AC:
            raise SandboxError(f"a right program was judged {judgement.verdict}: {judgement.detail}")
        users = "a user of its own for each program" if started.hello["own_uids"] else "one user for all programs"
        return f"Python {started.hello['python']}, {users}"


def _try_pool(kind: str) -> str:
    with SandboxPool(workers=2, sandbox=kind) as pool:
        trouble = doctor_module.self_test(pool)
        if trouble:
            raise SandboxError(trouble)
        return f"{pool.state()}"


def _pool(
    workers: int | None, kind: Kind, problems: list[Problem], resource: str = "", running: str = ""
) -> SandboxPool:
    """To be entered. `running`: the name of a pool that is there already."""
    if running:
        return SandboxPool.attach(running)
    memory_bytes = max(each.limits.memory_bytes for each in problems)
    config = SandboxConfig(kind=kind.value, memory_bytes=memory_bytes)  # plain text: workers have no command line
    return SandboxPool(workers, config, resource=resource)


def main() -> None:
    """Run the command line."""
    handler = RichHandler(console=err, show_path=False, show_time=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    try:
        app()
    except (UserError, DataError, SandboxError, ConnectionError) as error:
        err.print(f"deepcoder: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
