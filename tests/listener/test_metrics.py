"""The metrics, and the alerts and the dashboard that are made of them."""

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from syncd.daemon.health import PassEnd
from syncd.daemon.listener.glance import find_accounts
from syncd.daemon.listener.metrics import CATALOGUE
from syncd.model.budget import BudgetUse
from syncd.settings.schema import Mode
from syncd.store.budget_ledger import BudgetLedger
from tests.docs.pages import ROOT, page, rows
from tests.listener.house import House

NAMES = {measure.name for measure in CATALOGUE}
ALERTS = ROOT / "docs/operations/alerts.yaml"
BOARD = ROOT / "docs/operations/grafana.json"


async def scrape(house: House) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by name and the values of its labels, in the order of their names."""
    house.clock.advance(10)
    answer = await house.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_they_tell_what_the_state_holds(house: House) -> None:
    house.people("acme", 20, 15, 9, 6, 4, [(600.0, 40.0), (700.0, 80.0)])
    house.ran("acme", ago=60, took=7)
    house.ran("globex", "results", outcome="failed")
    house.needs("acme", "posting.edited", "P1", "An edit.")
    house.needs("acme", "posting.edited", "P2", "Another.")
    told = await scrape(house)
    people = {kind: n for (name, (_, kind)), n in ((k, v) for k, v in told.items()
              if k[0] == "syncd_people" and k[1][0] == "acme")}  # fmt: skip
    assert people == {
        "applied": 20, "invited": 15, "started": 9, "finished": 6, "written_back": 4,
        "waiting": 5, "before_cutoff": 0,
    }  # fmt: skip
    assert told["syncd_connection_ready", ("acme",)] == 1
    assert told["syncd_connection_ready", ("globex",)] == 0
    assert told["syncd_phase_last_duration_seconds", ("acme", "results")] == pytest.approx(7)
    assert told["syncd_results_unwritten", ("acme",)] == 2
    assert told["syncd_results_unwritten_oldest_age_seconds", ("acme",)] == pytest.approx(610)
    assert told["syncd_result_delay_seconds", ("acme", "median")] == pytest.approx(40)
    assert told["syncd_result_delay_seconds", ("acme", "p95")] == pytest.approx(80)
    assert told["syncd_attention_items", ("acme",)] == 2
    assert told["syncd_attention_items_by_kind", ("acme", "posting.edited")] == 2
    assert told["syncd_state_readable", ()] == 1


async def test_they_tell_how_much_of_a_limit_is_used(house: House) -> None:
    accounts = await find_accounts(house.settings, house.clock)
    scope = next(a.scope for a in accounts["acme"] if a.side == "heymilo")
    now = house.clock.now()
    BudgetLedger(house.store).save(scope, BudgetUse((now - 70, *(now - n for n in range(28)))))
    told = await scrape(house)
    assert told["syncd_budget_used_ratio", ("acme", "heymilo")] == pytest.approx(28 / 280)
    assert told["syncd_budget_used_ratio", ("acme", "ats")] == 0
    assert told["syncd_budget_used_ratio", ("globex", "heymilo")] == 0


async def test_they_count_what_the_loop_announces(house: House) -> None:
    house.health.on_pass_end(house.counters.passed)
    for ok in (True, False, True):
        house.health.announce(
            PassEnd("acme", 1, 0, 1, ok, phases={"results": ("done", 0.4)},
                    counts={"postings created": 2, "nothing": 0})
        )  # fmt: skip
    told = await scrape(house)
    assert told["syncd_passes_total", ("acme", "ok")] == 2
    assert told["syncd_passes_total", ("acme", "failed")] == 1
    assert told["syncd_phase_runs_total", ("acme", "done", "results")] == 3
    assert told["syncd_done_total", ("acme", "postings_created")] == 6
    assert ("syncd_done_total", ("acme", "nothing")) not in told


async def test_what_is_off_is_left_out(house: House) -> None:
    house.modes["globex"] = Mode.OFF
    house.ran("acme")
    told = await scrape(house)
    assert not any("globex" in labels for _, labels in told)


async def test_names_and_labels_are_those_of_the_catalogue(house: House) -> None:
    house.people("acme", 20, 15, 9, 6, 4, [(600.0, 40.0)])
    house.ran("acme")
    house.needs("acme", "posting.edited", "P1", "An edit.")
    house.counters.notifications["acme", "sent"] += 1
    house.counters.pings["sent"] += 1
    house.counters.webhooks["", "forged"] += 1
    house.counters.refused(404)
    house.counters.passed(PassEnd("acme", 1, 0, 1, True, (), {"results": ("done", 1)}, {"x": 1}))
    answer = await house.client.get("/metrics")
    shown = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            shown[sample.name] = tuple(sorted(sample.labels))
    assert shown == {one.name: tuple(sorted(one.labels)) for one in CATALOGUE}
    assert all(name.startswith("syncd_") for name in shown)
    assert {label for labels in shown.values() for label in labels} <= {
        "connection", "phase", "kind",
    }  # fmt: skip


def test_the_page_names_each_once() -> None:
    table = rows(page("docs/reference/metrics.md").text)
    assert [row[0].strip("`") for row in table] == [one.name for one in CATALOGUE]


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\bsyncd_\w+", expression))


def values_in(expression: str) -> set[tuple[str, str]]:
    """Labels that an expression asks for by value, with the name of the metric."""
    found = set()
    for name, labels in re.findall(r"(syncd_\w+)\{([^}]*)\}", expression):
        found |= {(name, label) for label in re.findall(r"(\w+)\s*=", labels)}
    return found


def check(expression: str) -> None:
    labels = {one.name: set(one.labels) for one in CATALOGUE}
    assert names_in(expression) <= NAMES, expression
    for name, label in values_in(expression):
        assert label in labels[name], f"{name} has no label {label}"


def test_alert_rules_speak_of_metrics_that_exist() -> None:
    (group,) = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(names) == len(set(names)) >= 10
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert set(rule["annotations"]) == {"summary", "description"}
        assert names_in(rule["expr"]) or rule["expr"].startswith('up{job="syncd"}')
        check(rule["expr"])
        used = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
        measures = [one for one in CATALOGUE if one.name in names_in(rule["expr"])]
        assert all(used <= set(one.labels) for one in measures)


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    board: dict[str, Any] = json.loads(BOARD.read_text("utf-8"))
    assert len(board["panels"]) >= 10
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        assert panel["targets"]
        for target in panel["targets"]:
            assert names_in(target["expr"])
            check(target["expr"])
    taken = [
        (x, y)
        for panel in board["panels"]
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken)), "panels lie over each other"
    assert max(x for x, _ in taken) < 24
