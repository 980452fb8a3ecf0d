"""Runs and files of judgements for the tests of the report, written as training and `grade` write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deepcoder.datasets.selection import Selection
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.messages import Sign

TESTS = 4
SELECTION = Selection(max_tests=15)
JUDGEMENTS = {
    Verdict.AC: Judgement(Verdict.AC, TESTS, TESTS, TESTS, slowest_s=0.5),
    Verdict.WA: Judgement(Verdict.WA, 1, 2, TESTS, failed_test=1, detail="wrong", slowest_s=0.25),
    Verdict.CE: Judgement(Verdict.CE, 0, 0, TESTS, detail="no program"),
    Verdict.IE: Judgement(Verdict.IE, 0, 0, TESTS),
}
REPEATED = Judgement(Verdict.AC, TESTS, TESTS, TESTS, repeated=True)
SUSPICIOUS = Judgement(Verdict.WA, 0, 1, TESTS, failed_test=0, suspicious=(Sign.SYSTEM_CALL,))
# What a program may contain to get out of a page's text, to load something, or to hide.
HOSTILE = (
    "</script><script>document.title = 'taken'</script></pre></textarea></title><img src=http://127.0.0.1:9/x>"
    "<svg onload=alert(1)>{{ 7 * 7 }}{% raw %}&lt;b&gt;\" onmouseover='x' \x00\x1b[31m\u202egnp.exe\u202c\u2066\ud800"
)


def line(problem_id: str, judgement: Judgement | Verdict, program: str = "print(1)", **origin: int | str) -> str:
    """Return the line of a judgement. A CE has no program."""
    if isinstance(judgement, Verdict):
        judgement = JUDGEMENTS[judgement]
    problem = Problem(problem_id, Mode.STDIN, (TestCase("1\n", "2\n"),) * TESTS)
    submission = Submission(problem, None if judgement.verdict is Verdict.CE else Program(program))
    return Record.of(submission, judgement, SELECTION).to_json(**origin)


def write_run(folder: Path, steps: int = 10, problem_id: str = "x/1", text: str = "```python\nprint(1)\n```") -> Path:
    """Write a run of three problems: one that is learnt half-way, one never, one always; `text` is every answer."""
    folder.mkdir(parents=True)
    lines, figures = [], []
    for step in range(steps):
        learnt = Verdict.AC if 2 * step >= steps else Verdict.WA
        lines += [line(problem_id, each, text, step=step) for each in (learnt, learnt, Verdict.IE, SUSPICIOUS)]
        lines += [line("never", Verdict.CE, step=step), line("always", Verdict.AC, step=step)]
        lines += [line("always", REPEATED, step=step)]
        figures.append({"step": step + 1, "reward": step / steps, "step_time": 6.0, "generating_s": 3, "judging_s": 1})
    (folder / "judgements.jsonl").write_text("".join(lines))
    (folder / "steps.jsonl").write_text("".join(json.dumps(each) + "\n" for each in figures))
    before = line(problem_id, Verdict.WA, text, when="before", completion=text, input=text, output="2\n")
    after = line(problem_id, Verdict.AC, text, when="after", completion=text)
    (folder / "answers.jsonl").write_text(before + after)
    return folder


def add_step(folder: Path, step: int) -> None:
    """Append one more step to a run: one completion, which is right."""
    with (folder / "judgements.jsonl").open("a") as judgements, (folder / "steps.jsonl").open("a") as steps:
        judgements.write(line("x/1", Verdict.AC, step=step))
        steps.write(json.dumps({"step": step + 1, "reward": 1.0}) + "\n")


def write_graded(path: Path, problem_id: str = "x/1") -> Path:
    """Write what `grade` writes for two problems with two completions each: one of the four is right."""
    verdicts: list[tuple[str, Any]] = [(problem_id, Verdict.AC), (problem_id, Verdict.WA)]
    verdicts += [("y", Verdict.CE), ("y", SUSPICIOUS)]
    path.write_text("".join(line(name, each, index=index) for index, (name, each) in enumerate(verdicts)))
    return path
