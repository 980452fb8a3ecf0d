"""Nothing under attacks/ is accepted, harms the next program or leaves anything, in every kind of sandbox."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepcoder.tools import redteam
from deepcoder.tools.redteam import LIMITS, Attack, Bench, Census, attacks, read_attack
from deepcoder.verdicts import Verdict
from tests.conftest import IN_GVISOR, MARKS, TESTED, config_of

pytestmark = pytest.mark.sandbox

ATTACKS = attacks()

ALL_MODES = bool(os.environ.get("DEEPCODER_ALL_ATTACKS"))  # `make attacks`


def modes(number: int, attack: Attack, kind: str) -> list[str]:
    """Return one mode of the attack, a different one in turn, and another for Docker than for process sandboxes.

    gVisor is slow: it meets the first attack of each kind.
    """
    every = list(attack.verdicts)
    if kind in IN_GVISOR and not ALL_MODES and attack is not next(each for each in ATTACKS if each.kind == attack.kind):
        return []
    return every if ALL_MODES else [every[(number + (kind == "docker")) % len(every)]]


CASES = [
    pytest.param(kind, attack, mode, id=f"{kind}-{attack.kind}-{attack.name}-{mode}", marks=MARKS.get(kind, ()))
    for kind in TESTED
    for number, attack in enumerate(ATTACKS)
    for mode in modes(number, attack, kind)
]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may be very busy."""
    monkeypatch.setattr(redteam, "RECOVERY_S", 15.0)


@pytest.fixture(scope="module")
def bench(sandbox_kind: str) -> Iterator[Bench]:
    with closing(Bench(config_of(sandbox_kind, memory_bytes=LIMITS.memory_bytes))) as opened:
        yield opened


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("sandbox_kind", "attack", "mode"), CASES, indirect=["sandbox_kind"])
def test_attack_fails_and_leaves_nothing(sandbox_kind: str, attack: Attack, mode: str, bench: Bench) -> None:
    finding = bench.attack(attack, mode)

    assert finding.held, finding
    assert finding.is_expected, finding
    assert finding.judgement is not None and finding.judgement.detail.isprintable(), finding


# What peers pay for, and the attacks that try it here.
PAINS = {
    "a comparison that takes a wrong answer": {"answer_nearly", "answer_among_all", "answer_of_right_shape"},
    "the answer in the grader's frames, or equal to everything": {"frames_of_callers", "object_equal_to_everything"},
    "an exit before the tests": {"exit_at_once", "exit_without_cleanup", "exit_as_exception"},
    "tests that the program brings itself": {"source_names_pytest"},
    "an exception for the time limit that the program catches": {"clock_swallows_everything"},
    "zombies and orphans": {"leave_zombies", "leave_daemon", "leave_running_chain"},
    "output that is cut and then taken as whole": {"answer_before_too_much", "flood_stdout"},
    "results compared as text": {"answer_of_other_type", "object_str_subclass"},
    "prints in the channel of results": {"answer_printed_by_function", "frames_on_stdout"},
}


@pytest.mark.parametrize("pain", PAINS)
def test_what_peers_pay_for_is_among_the_attacks(pain: str) -> None:
    assert PAINS[pain] <= {attack.name for attack in ATTACKS}


@pytest.mark.skipif(ALL_MODES, reason="every mode is run")
@pytest.mark.parametrize("kind", ["docker", "process"])
def test_sandboxes_meet_every_attack_and_each_mode_many_times(kind: str) -> None:
    chosen = [(attack.name, mode) for number, attack in enumerate(ATTACKS) for mode in modes(number, attack, kind)]

    assert [name for name, _ in chosen] == [attack.name for attack in ATTACKS]
    assert min(Counter(mode for _, mode in chosen).values()) >= 30


def test_every_file_of_an_attack_is_one() -> None:
    folder = Path(redteam.__file__).parents[1] / "attacks"

    assert {each.name for each in ATTACKS} == {path.stem for path in folder.glob("*.py")}


def test_attacks_are_many_and_of_every_kind() -> None:
    kinds = Counter(attack.kind for attack in ATTACKS)

    assert len(ATTACKS) >= 60
    assert min(kinds.values()) >= 4, kinds


def test_only_attacks_that_may_run_into_it_have_a_small_time_limit() -> None:
    """Others do real work, such as an import, and a slow machine needs long for that."""
    for attack in ATTACKS:
        may_end_so = any(Verdict.TLE in verdicts for verdicts in attack.verdicts.values())

        assert may_end_so or attack.limits.cpu_s >= LIMITS.cpu_s, attack.name


RIGHT = "a, b = map(int, input().split())\nprint(a * b)\n"


def test_right_program_counts_as_one_that_got_through(sandbox_kind: str) -> None:
    attack = read_attack("right", "# Multiplies.\n# kind: none\n# stdin: WA\n" + RIGHT)
    with closing(Bench(config_of(sandbox_kind, memory_bytes=LIMITS.memory_bytes))) as bench:
        finding = bench.attack(attack, "stdin")

    assert finding.judgement is not None and finding.judgement.verdict is Verdict.AC
    assert not finding.held and not finding.is_expected


def test_unusual_verdict_is_held_but_not_expected(bench: Bench) -> None:
    finding = bench.attack(read_attack("wrong", "# Adds.\n# kind: none\n# stdin: RTE\nprint(1)\n"), "stdin")

    assert finding.held and not finding.is_expected


def test_what_a_program_leaves_is_told() -> None:
    before = Census({"processes": 3, "tmp": ["7"]}, 1 << 20, {5: (4, 1 << 20)})
    after = Census({"processes": 4, "tmp": ["7"]}, 1 << 30, {5: (6, 1 << 30)})

    assert after.beyond(before) == [
        "processes: 4 instead of 3",
        "memory of the container: 1023 MiB more",
        "descriptors of the runner: 6 instead of 4",
        "memory of the runner: 1023 MiB more",
    ]
    assert before.beyond(before) == []


@pytest.mark.parametrize(("counts", "left"), [([3, 4, 3], ()), ([3, 4, 4], ("processes: 4 instead of 3",))])
def test_what_is_gone_soon_is_not_left(
    counts: list[int], left: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redteam, "RECOVERY_S", 1.0)
    every = itertools.chain(counts, itertools.repeat(counts[-1]))
    monkeypatch.setattr(Bench, "_census", lambda self, sandbox: Census({"processes": next(every)}, 0, {}))
    with closing(Bench(config_of("process", memory_bytes=LIMITS.memory_bytes))) as bench:
        finding = bench.attack(read_attack("wrong", "# Adds.\n# kind: none\n# stdin: WA\nprint(1)\n"), "stdin")

    assert finding.left == left


def test_unknown_line_of_a_head_is_an_error() -> None:
    with pytest.raises(ValueError, match="odd: 'colour' is no line of a head"):
        read_attack("odd", "# What.\n# colour: red\n")
