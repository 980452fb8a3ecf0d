"""What a pool tells Prometheus, scraped as Prometheus does, and the dashboard that is drawn of it."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from deepcoder.pool.metrics import COUNTERS, GAUGES, HISTOGRAMS, RATES_OVER_S, Rates

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
