"""README and docs are whole: every block can be run or says why not, every link and every file name leads somewhere."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from deepcoder import own_languages
from deepcoder.datasets import load_problems
from deepcoder.datasets.rates import read_rates
from deepcoder.problems import by_id
from deepcoder.runner import syscalls
from deepcoder.tools.cli.app import app
from deepcoder.tools.grade import read_submissions
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement
from tests.pages import PAGES, ROOT, Block, anchors, blocks, links, name_of, prose, spans

SHELL = ("sh", "bash")
RUN = (*SHELL, "python")  # test_docs_run.py runs these
READ = ("json", "jsonl", "toml", "yaml", "text")
FOLDERS = "deepcoder|docs|sandbox_images|scripts|tests"
NAMED = re.compile(rf"(?<![\w/.])(?:{FOLDERS})/[\w./*<>-]*[\w/*]")
FILE = re.compile(r"^[\w-]+(?:/[\w-]+)*\.(?:py|sh|md|yaml|json|jsonl|toml)$")
NO_PATHS = {"deepcoder/code"}  # what inspect_ai calls our task
MADE_TARGETS = re.compile(r"make((?: [a-z-]+)+)(?= *$| +[A-Z#&])")  # before settings, a comment, or another command
MADE = {  # by users and by commands, in examples
    *(
        "solution.py",
        "my_script.py",
        "main.py",
        "problems.jsonl",
        "completions.jsonl",
        "judgements.jsonl",
        "train.jsonl",
    ),
    *("problem.yaml", "submissions.yaml"),  # of problem packages
    *("task.toml", "instruction.md", "test.sh", "solve.sh"),  # of Harbor's tasks
    *("result.json", "settings.json", "rates.jsonl", "quarantine.jsonl", "times.jsonl", "runs/bench/bench.json"),
    *("steps.jsonl", "answers.jsonl"),  # of training
}
# Problems that `doctor` finds well, and to which the other rows of docs/files.md belong.
PROBLEMS: tuple[dict[str, Any], ...] = (
    {
        "problem_id": "x/1",
        "mode": "stdin",
        "prompt": "Read a number, and print the number after it.",
        "tests": [{"input": f"{n}\n", "output": f"{n + 1}\n"} for n in range(15)],
        "reference": "print(int(input()) + 1)",
    },
    {
        "problem_id": "x/2",
        "mode": "function",
        "prompt": "Write `add_one(n)`, which returns the number after n.",
        "entry_point": "add_one",
        "tests": [{"args": [n], "expected": n + 1} for n in range(15)],
        "reference": "def add_one(n):\n    return n + 1",
    },
)
EVERY = [block for page in PAGES for block in blocks(page)]
TREE = [path.relative_to(ROOT) for folder in FOLDERS.split("|") for path in (ROOT / folder).rglob("*")]

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)
each_block = pytest.mark.parametrize("block", EVERY, ids=str)


@each_block
def test_block_can_be_run_or_says_why_not(block: Block) -> None:
    assert block.reason or block.language in RUN + READ
    assert "norun" not in block.kind


@each_block
def test_block_can_be_read(block: Block, tmp_path: Path) -> None:
    if block.language in SHELL:
        subprocess.run(["bash", "-n", "-c", block.text], check=True)
    elif block.language == "python":
        compile(block.text, str(block), "exec")
    elif block.language == "yaml":
        assert yaml.safe_load(block.text)
    elif block.language == "toml":
        assert tomllib.loads(block.text)
        (tmp_path / "languages.toml").write_text(block.text)
        assert block.reason or own_languages.read(tmp_path / "languages.toml")
    elif block.language == "json":
        assert json.loads(block.text)
    elif block.language == "jsonl":
        assert [json.loads(line) for line in block.text.splitlines()]


@pytest.mark.parametrize("block", [each for each in EVERY if each.language == "jsonl"], ids=str)
def test_rows_are_what_our_own_readers_take(block: Block, tmp_path: Path) -> None:
    path, problems = tmp_path / "rows.jsonl", tmp_path / "problems.jsonl"
    path.write_text(block.text)
    problems.write_text("".join(json.dumps(each) + "\n" for each in PROBLEMS))
    rows = [json.loads(line) for line in block.text.splitlines()]
    if block.kind == "problems":
        assert len(load_problems(str(path))) == len(rows)
    elif block.kind == "completions":
        assert len(read_submissions(path, by_id(load_problems(str(problems))))[0]) == len(rows)
    elif block.kind == "judgements":
        assert [json.loads(Record.from_row(row).to_json(index=row["index"])) for row in rows] == rows
    elif block.kind == "quarantine":
        assert len(load_problems(str(problems), quarantine=path)) == len(PROBLEMS) - len(rows)
    elif block.kind == "rates":
        assert read_rates(path) == {row["problem_id"]: row["passed"] / row["judged"] for row in rows}
    else:
        assert block.kind == "times"
        assert [each.limits.cpu_s for each in load_problems(str(problems), times=path)] == [1.0, 6.0]


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


@each_page
def test_named_paths_exist(page: Path) -> None:
    named = {match.rstrip(".") for match in NAMED.findall(page.read_text(encoding="utf-8"))} - NO_PATHS
    assert [each for each in sorted(named) if "<" not in each and not list(ROOT.glob(each.rstrip("/")))] == []


@each_page
def test_named_files_exist(page: Path) -> None:
    named = {each for each in spans(page) if FILE.match(each)} - MADE
    files = {str(path) for path in [*TREE, *(path.relative_to(ROOT) for path in ROOT.glob("*"))]}
    assert [each for each in sorted(named) if not any(f"/{path}".endswith(f"/{each}") for path in files)] == []


@each_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [*spans(page), *(line for block in blocks(page) for line in block.text.splitlines())]
    named = {target for line in lines if (made := MADE_TARGETS.match(line)) for target in made[1].split()}
    assert named - targets == set()


@each_page
def test_commands_have_the_options_that_a_page_gives_them(page: Path) -> None:
    lines = [*spans(page), *(line for block in blocks(page) for line in block.text.splitlines())]
    for line in lines:
        if match := re.match(r"(?:\S*/)?deepcoder ((?:(?:data|export|image) )?[a-z]+)\b(.*)", line.partition(" #")[0]):
            assert set(re.findall(r" (--?[a-z-]+)", match[2])) <= options(match[1]), line


def options(command: str) -> set[str]:
    """Return the options of a command of the command line."""
    found: Any = typer.main.get_command(app)
    for name in command.split():
        found = found.commands[name]
    return {"--help", *(name for parameter in found.params for name in parameter.opts)}


def test_every_page_is_in_an_index() -> None:
    indices = [ROOT / "docs" / "README.md", ROOT / "docs" / "integrations" / "README.md"]
    linked = {(index.parent / each.partition("#")[0]).resolve() for index in indices for each in links(index)}
    assert set(PAGES) - linked - set(indices[:1]) == set()


def test_package_is_installed_from_a_checkout_since_the_index_has_another_of_its_name() -> None:
    texts = {path: (ROOT / path).read_text() for path in TREE if path.suffix in (".py", ".md", ".yaml", ".sh")}
    texts[Path("README.md")] = (ROOT / "README.md").read_text()
    by_name = re.compile(r"install\b[^`\n]* ['\"]?deepcoder(\[|['\"`]|$)", re.MULTILINE)
    assert [path for path, text in texts.items() if by_name.search(text)] == []


def test_extras_are_named() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [name for name in extras if f"`{name}`" not in prose(ROOT / "README.md")] == []


def test_columns_of_an_answer_of_the_service_are_those_of_a_judgement() -> None:
    said = re.search(r"The lines of the answer have `index`.*?\.\s", prose(ROOT / "docs" / "serve.md"), re.DOTALL)
    assert said is not None
    assert set(re.findall(r"`(\w+)`", said[0])) == {"index", *(each.name for each in dataclasses.fields(Judgement))}


def test_calls_that_the_filter_forbids_are_counted() -> None:
    said = re.search(r"\| (\d+) calls, below", prose(ROOT / "docs" / "security.md"))
    assert said is not None and int(said[1]) == len(syscalls.ENDS) + len(syscalls.REFUSED)


def test_every_command_is_in_the_table_of_commands() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", prose(ROOT / "docs" / "tools.md"), re.MULTILINE))
    assert set(typer.main.get_command(app).commands) <= named  # type: ignore[attr-defined]


def test_every_variable_of_the_environment_is_in_the_index() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "deepcoder").rglob("*.py"))
    read = set(re.findall(r'"((?:DEEPCODER|E2B|HARDTESTS|CF)_[A-Z0-9_]+)"', sources))
    assert {"DEEPCODER_TOKEN", "E2B_DOMAIN"} <= read <= set(spans(ROOT / "docs" / "README.md"))


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150
    assert "make test" in prose(ROOT / "README.md") + "".join(block.text for block in blocks(ROOT / "README.md"))


def test_broken_pages_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.pages.ROOT", tmp_path)
    page = tmp_path / "page.md"
    block = "```sh norun: needs a cluster\nray up\n```\n"
    page.write_text(f"# A `b` c!\n\n[x](none.md) [y](#a-b-c) [z](https://example.org)\n\n{block}\n```\nx\n```\n")
    first, second = blocks(page)
    assert (first.language, first.reason, first.text, str(first)) == ("sh", "needs a cluster", "ray up\n", "page.md:5")
    assert (second.language, second.reason, second.line) == ("", "", 9)
    assert list(links(page)) == ["none.md", "#a-b-c"]
    assert anchors(page) == {"a-b-c"}
