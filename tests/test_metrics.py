"""What a pool tells Prometheus, scraped as Prometheus does, and the dashboard that is drawn of it."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import urllib.request
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import ray

from deepcoder.pool import SandboxPool
from deepcoder.pool.counts import RATES_OVER_S, Rates
from deepcoder.pool.metrics import COUNTERS, GAUGES, HISTOGRAMS
from deepcoder.programs import Program
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.pool_cases import (
    ADD_ONE,
    LONG,
    ONE_TEST,
    RIGHT,
    SLEEPER,
    SLEEPERS,
    WRONG,
    a_worker_pid,
    children,
    judging,
    verdicts,
)

DASHBOARD = Path(__file__).parents[1] / "scripts" / "grafana.json"
EXPORTED = {
    *(f"ray_deepcoder_{name}_total" for name in COUNTERS),
    *(f"ray_deepcoder_{name}" for name in GAUGES),
    *(f"ray_deepcoder_{name}_{part}" for name in HISTOGRAMS for part in ("bucket", "sum", "count")),
}


# Rates


def test_rates_are_those_of_the_last_minute() -> None:
    rates = Rates(0.0)
    assert rates.per_s() == (0.0, 0.0)
    for second in range(1, 11):
        rates.see(second * 5, second * 20, float(second))
    assert rates.per_s() == (5.0, 20.0)
    for second in range(11, 11 + RATES_OVER_S):
        rates.see(50, 200, float(second))
    assert rates.per_s() == (0.0, 0.0)


# Prometheus


@pytest.fixture(scope="module")
def pool(no_ray: None) -> Iterator[SandboxPool]:
    """On a Ray whose nodes tell their metrics at once."""
    quick = {"metrics_report_interval_ms": 200, "worker_niceness": 0}
    ray.init("local", num_cpus=4, include_dashboard=False, namespace="deepcoder", _system_config=quick)
    try:
        with SandboxPool(workers=2, sandbox="process") as started:
            assert wait_until(lambda: started.state().alive == 2)
            yield started
    finally:
        ray.shutdown()


def scraped() -> dict[str, float]:
    """What Prometheus would get of the pool, by name and the tags that are ours, such as `tests_total{pool=p}`."""
    (node,) = ray.nodes()  # type: ignore[no-untyped-call]
    url = f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    found = {}
    for name, labels, value in re.findall(r"^ray_deepcoder_(\w+)\{(.*)\} (\S+)$", text, flags=re.M):
        tags = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        ours = ",".join(tags[each] for each in ("pool", "verdict", "state", "le") if each in tags)
        found[f"{name} {ours}"] = float(value)
    return found


def tells(wanted: Mapping[str, float]) -> bool:
    found = scraped()
    return all(found.get(name) == value for name, value in wanted.items())


def test_ray_exports_what_the_pool_has_done(pool: SandboxPool) -> None:
    crash = Program("import os\nos.abort()")
    submissions = [Submission(ADD_ONE, RIGHT)] * 2 + [Submission(ONE_TEST, each) for each in (WRONG, crash)]
    found = pool.judge(submissions)
    assert verdicts(found) == ["AC", "AC", "WA", "RTE"]
    name = pool.name
    wanted = {
        f"judgements_total {name},AC": 2,
        f"judgements_total {name},WA": 1,
        f"judgements_total {name},RTE": 1,
        f"repeated_total {name}": 1,
        f"tests_total {name}": len(ADD_ONE.tests) + 2,
        f"sandbox_starts_total {name}": 2,
        f"workers {name},busy": 0,
        f"workers {name},idle": 2,
        f"workers {name},starting": 0,
        f"queue {name}": 0,
        f"waiting_seconds_count {name}": 3,
        f"judging_seconds_count {name}": 3,
        f"judging_seconds_bucket {name},+Inf": 3,
    }
    assert wait_until(lambda: tells(wanted)), {each: scraped().get(each) for each in wanted}
    assert 0 < scraped()[f"judging_seconds_sum {name}"] < 60


def said() -> str:
    """What actors have logged."""
    node: Any = ray._private.worker.global_worker.node
    return "\n".join(each.read_text() for each in Path(node.get_logs_dir_path()).glob("worker-*.err"))


WHO = r"worker [0-9a-f]{8} on [0-9.]+ \(node [0-9a-f]{8}\) with <Sandbox process-\d+>"


def test_lost_sandbox_is_counted_and_the_log_names_what_and_where(pool: SandboxPool) -> None:
    before = pool.state()
    with judging(pool, SLEEPERS) as found:
        assert wait_until(lambda: pool.state().busy == 2)
        for sandbox in children(a_worker_pid()):
            os.kill(sandbox, signal.SIGKILL)
    assert verdicts(found) == ["AC", "AC"]
    state = pool.state()
    assert state.retries - before.retries == 1
    assert state.sandbox_recycles - before.sandbox_recycles == 1
    assert state.sandbox_starts - before.sandbox_starts == 1
    assert state.suspicious - before.suspicious == 1
    line = rf"an attempt at part \d+ of problem long failed, by {WHO}: \S.*"
    assert wait_until(lambda: re.search(line, said()) is not None), said()
    assert wait_until(lambda: tells({f"retries_total {pool.name}": state.retries}))


def test_lost_worker_is_counted_and_the_log_names_what_and_where(pool: SandboxPool) -> None:
    before = pool.state()
    sleepers = [Submission(LONG, Program(f"{SLEEPER.source}  # again {number}")) for number in range(2)]
    with judging(pool, sleepers) as found:
        assert wait_until(lambda: pool.state().busy == 2)
        os.kill(a_worker_pid(), signal.SIGKILL)
    assert verdicts(found) == ["AC", "AC"]
    assert wait_until(lambda: pool.state().alive == 2)
    state = pool.state()
    assert state.retries - before.retries == state.worker_losses - before.worker_losses == 1
    assert wait_until(lambda: re.search(rf"{WHO} was lost with part \d+ of problem long", said()) is not None)


def test_what_is_not_judged_in_time_is_counted_and_the_log_names_where_it_is(pool: SandboxPool) -> None:
    before = pool.state()
    hurried = pickle.loads(pickle.dumps(pool))
    hurried.deadline_s = 0.5
    assert verdicts(hurried.judge([Submission(LONG, Program(f"{SLEEPER.source}  # late"))])) == ["IE"]
    assert pool.state().ie - before.ie == 1
    line = rf"1 not judged within 0\.\d s, such as one for problem long, which is with {WHO}"
    assert wait_until(lambda: re.search(line, said()) is not None), said()


# Grafana


@pytest.fixture(scope="module")
def dashboard() -> Any:
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))


def expressions(dashboard: Any) -> list[str]:
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_dashboard_shows_every_metric_and_no_other(dashboard: Any) -> None:
    found = {name for text in expressions(dashboard) for name in re.findall(r"\bray_\w+", text)}
    assert found == EXPORTED


def test_dashboard_has_what_grafana_requires(dashboard: Any) -> None:
    assert dashboard["uid"] and dashboard["title"] and dashboard["schemaVersion"] >= 36
    assert dashboard["time"].keys() == {"from", "to"}
    variables = {each["name"]: each for each in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["pool"]["query"]["query"] == "label_values(ray_deepcoder_workers, pool)"
    panels = dashboard["panels"]
    assert len({each["id"] for each in panels}) == len({each["title"] for each in panels}) == len(panels)
    for panel in panels:
        assert panel["type"] == "timeseries" and panel["datasource"]["uid"] == "${datasource}"
        assert len({each["refId"] for each in panel["targets"]}) == len(panel["targets"]) > 0
        assert all(each["legendFormat"] and "$pool" in each["expr"] for each in panel["targets"])


def test_panels_of_the_dashboard_do_not_overlap(dashboard: Any) -> None:
    places = [each["gridPos"] for each in dashboard["panels"]]
    assert all(each["x"] + each["w"] <= 24 for each in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


def test_tags_in_the_dashboard_are_those_of_the_metrics(dashboard: Any) -> None:
    tags = {"pool", "le", *(tag for _, tag in [*COUNTERS.values(), *GAUGES.values()] if tag)}
    texts = expressions(dashboard)
    used = {name for text in texts for name in re.findall(r"by \((\w+)\)", text)}
    used |= {name for text in texts for name in re.findall(r"(\w+)=", text)}
    assert used == tags
