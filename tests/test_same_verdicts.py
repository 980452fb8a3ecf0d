"""The same real programs through every face: the verdicts are those of the pool."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

pytest.importorskip("matplotlib", reason="the train extra is not installed")

from deepcoder.datasets import load_problems
from deepcoder.datasets.formats import canonical
from deepcoder.environment import CodeEnvironment
from deepcoder.pool import Pool, SandboxPool
from deepcoder.problems import Problem, by_id
from deepcoder.remote import RemotePool
from deepcoder.reward import CodeReward
from deepcoder.service.service import Service
from deepcoder.verdicts import Submission
from scripts.peers.work import works
from tests.test_integrations import ask
from tests.test_service import TOKEN, WAIT_S, lines, serving

DATA = Path(__file__).parents[2] / "shared" / "data"
PROGRAMS = 200
LARGEST_BYTES = 20_000  # of a problem: each program has one of its own, whose file every face reads
BY_TEXT = "quixbugs/sqrt"  # verl's client compares the text of a float
PACKAGES = {  # the folder of .clients that has a face's packages
    **{name: name for name in ("verl", "verifiers", "openenv", "inspect_ai", "nemo_gym")},
    "trl": sys.prefix,
    "verl_by_url": "verl",
}


@dataclass(frozen=True)
class Asked:
    """The programs: their problems in a file, their completions in another, and the verdicts that the pool gives."""

    url: str
    data: Path
    completions: Path
    problems: dict[str, Problem]
    texts: dict[str, str]
    verdicts: dict[str, str]

    @property
    def submissions(self) -> list[Submission]:
        return [Submission.of(self.problems[name], text) for name, text in self.texts.items()]


@pytest.fixture(scope="module")
def asked(process_pool: SandboxPool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    if not DATA.is_dir():
        pytest.skip("the real problems are not beside the checkout")
    tasks = [task for work in works(DATA) if work.is_real for task in work.tasks()]
    small = [each for each in tasks if each.problem.size <= LARGEST_BYTES][:PROGRAMS]
    assert len(small) == PROGRAMS
    prompt = ({"role": "user", "content": "Write it."},)
    named = {f"{number} {each.origin}": each for number, each in enumerate(small)}
    rows = [canonical.row_from_problem(replace(each.problem, problem_id=n, prompt=prompt)) for n, each in named.items()]
    texts = {name: f"```python\n{each.program.source}\n```" for name, each in named.items()}
    folder = tmp_path_factory.mktemp("same")
    data, completions = folder / "problems.jsonl", folder / "completions.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    completions.write_text("".join(json.dumps(pair) + "\n" for pair in texts.items()))
    problems = by_id(load_problems(str(data)))
    judgements = process_pool.judge([Submission.of(problems[name], text) for name, text in texts.items()])
    verdicts = dict(zip(texts, (str(each.verdict) for each in judgements), strict=True))
    assert {name: each == "AC" for name, each in verdicts.items()} == {n: each.is_right for n, each in named.items()}
    with serving(Service(process_pool, problems), TOKEN) as url:
        url = url.replace("//", f"//any:{TOKEN}@")
        yield Asked(url, data, completions, problems, texts, verdicts)


def test_service_and_remote_pool_judge_as_the_pool(asked: Asked) -> None:
    rows = [{"problem_id": name, "completion": text} for name, text in asked.texts.items()]
    answer = requests.post(f"{asked.url}/judge", json={"submissions": rows}, timeout=WAIT_S)
    assert [row["verdict"] for row in lines(answer)] == list(asked.verdicts.values())
    judgements = RemotePool(asked.url).judge(asked.submissions)
    assert [str(each.verdict) for each in judgements] == list(asked.verdicts.values())


def test_reward_and_environment_accept_what_the_pool_accepts(asked: Asked, process_pool: SandboxPool) -> None:
    accepted = [float(each == "AC") for each in asked.verdicts.values()]
    pools: list[Pool] = [process_pool, RemotePool(asked.url)]
    for pool in pools:
        reward = CodeReward(pool, asked.problems.values())
        assert reward(completions=list(asked.texts.values()), problem_id=list(asked.texts)) == accepted
    environment = CodeEnvironment(process_pool, asked.problems.values())
    found = []
    for name, text in asked.texts.items():
        environment.reset(problem_id=name)
        environment.submit(text)
        found.append((environment.verdict(), environment.get_reward()))
    assert found == list(zip(asked.verdicts.values(), accepted, strict=True))


@pytest.mark.parametrize("face", PACKAGES)
def test_face_judges_as_the_pool(face: str, asked: Asked, tmp_path: Path) -> None:
    said = ask(PACKAGES[face], "same_verdicts.py", [face, asked.url, asked.data, asked.completions], tmp_path)
    answer = json.loads(said.splitlines()[-1])
    print(f"{face}: {answer['each_ms']} ms a judgement")  # noqa: T201  # for docs/integrations/README.md
    verdicts: dict[str, str] = answer["verdicts"]
    expected = {name: asked.verdicts[name] for name in verdicts}
    if face == "verl_by_url":
        assert len(verdicts) == PROGRAMS // 4
        expected |= {name: "" for name in verdicts if BY_TEXT in name}
    else:
        assert len(verdicts) == PROGRAMS
    says_more = any(each not in ("AC", "") for each in verdicts.values())
    assert verdicts == {name: each if says_more or each == "AC" else "" for name, each in expected.items()}
