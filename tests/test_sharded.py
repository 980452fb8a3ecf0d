"""Several pools as one: who gets what, and that nothing of it shows."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepcoder.pool import SandboxPool, clusters
from deepcoder.pool.sharded import ShardedPool
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig
from deepcoder.verdicts import Judgement, Submission
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, RIGHT, WRONG, verdicts

PROBLEMS = [dataclasses.replace(ADD_ONE, problem_id=f"add_one {number}") for number in range(6)]


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[ShardedPool]:
    with ShardedPool(2, 3, SandboxConfig("process", memory_bytes=1 << 30)) as started:
        yield started


def test_judgements_are_in_order_and_told_once(pool: ShardedPool) -> None:
    programs = [RIGHT, WRONG, None, Program("1/0")]
    submissions = [Submission(problem, program) for problem in PROBLEMS for program in programs]
    told: dict[int, Judgement] = {}
    found = pool.judge(submissions, told.__setitem__)
    assert verdicts(found) == ["AC", "WA", "CE", "RTE"] * len(PROBLEMS)
    assert [told[index] for index in range(len(submissions))] == found


def test_problem_belongs_to_one_shard(pool: ShardedPool) -> None:
    judged = [shard.state().judged for shard in pool._shards]
    new = [Submission(PROBLEMS[0], Program(f"{RIGHT.source}\n# {number}")) for number in range(4)]
    assert verdicts(pool.judge(new)) == ["AC"] * 4
    assert sorted(shard.state().judged - before for shard, before in zip(pool._shards, judged, strict=True)) == [0, 4]
    assert all(each.repeated for each in pool.judge(new))
    assert {bool(part) for part in pool._by_problem([Submission(each, RIGHT) for each in PROBLEMS])} == {True}


def test_runs_are_shared_out(pool: ShardedPool) -> None:
    found = pool.run([Program("print(input())")] * 5, [f"{number}\n" for number in range(5)])
    assert [ran.outcome and ran.outcome.output for ran in found] == [f"{number}\n".encode() for number in range(5)]
    with pytest.raises(ValueError, match="1 programs, but 0 inputs"):
        pool.run([RIGHT], [])


def test_state_is_of_all_shards(pool: ShardedPool) -> None:
    assert wait_until(lambda: pool.state().alive == 3, 60.0)
    state = pool.state()
    assert (state.workers, state.failures, state.is_hopeless) == (3, (), False)
    assert [(node.workers, node.alive) for node in state.nodes] == [(3, 3)]
    assert pool.languages()["python"] and pool.memory_bytes == 1 << 30


def test_others_find_it(pool: ShardedPool) -> None:
    for client in (pickle.loads(pickle.dumps(pool)), ShardedPool.attach(pool.name, 2)):
        with client:
            client.begin([Submission(PROBLEMS[1], RIGHT)])
            assert verdicts(client.judge([Submission(PROBLEMS[1], RIGHT)])) == ["AC"]
            assert client.workers == 3
    assert pool.state().alive == 3
    with pytest.raises(ConnectionError, match="another.0 is gone"):
        ShardedPool.attach("another", 2)


AS_A_CLIENT = """
import pickle, sys
pool, submissions = pickle.load(open(sys.argv[1], "rb"))
print(*[judgement.verdict for judgement in pool.judge(submissions)])
"""


def test_shards_of_a_pickled_pool_join_the_cluster_once(pool: ShardedPool, tmp_path: Path) -> None:
    path = tmp_path / "pickled"
    path.write_bytes(pickle.dumps((pool, [Submission(each, RIGHT) for each in PROBLEMS])))
    ran = subprocess.run([sys.executable, "-c", AS_A_CLIENT, path], capture_output=True, text=True)
    assert ran.stdout.split() == ["AC"] * len(PROBLEMS), ran.stderr


def test_client_starts_no_cluster(pool: ShardedPool, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object) -> None:
        raise AssertionError("it connects to a cluster")

    client = pickle.loads(pickle.dumps(pool))
    monkeypatch.setattr(clusters, "connect", started)
    with client as entered:
        assert entered is client
        connections = [shard._connection for shard in client._shards]
        assert client.state().alive == 3
    assert all(each.is_closed.is_set() for each in connections)


def test_missing_shard_leaves_no_other_attached(pool: ShardedPool, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(SandboxPool, "close", lambda shard: closed.append(shard.name))
    with pytest.raises(ConnectionError, match=r"\.2"):
        ShardedPool.attach(pool.name, 3)
    assert {f"{pool.name}.0", f"{pool.name}.1"} <= set(closed)


def test_more_coordinators_than_workers_are_refused() -> None:
    with pytest.raises(ValueError, match="coordinators must be from 1 to workers, which is 2, not 3"):
        ShardedPool(3, 2)
