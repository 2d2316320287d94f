"""`docs/reference/metrics.md`, read from the catalogue of metrics."""

from syncd.daemon.listener.metrics import CATALOGUE

_HEAD = """
# Metrics

This page is generated from the program by `make docs`.

The daemon shows these at `/metrics` of [its listener](settings.md#daemon), in Prometheus' text
format. They are read from the state when they are asked for, at most every five seconds, and from
counters that begin at 0 with the process. Labels are `connection`, `phase` and `kind` alone, each
with few values; there is nothing personal in them. [Be told](../how-to/alerts.md) has alert rules
and a dashboard made of them.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
"""


def write_metrics() -> str:
    """The page: a row for every metric."""
    rows = [
        f"| `{one.name}` | {one.type} | {', '.join(f'`{label}`' for label in one.labels)} "
        f"| {one.help} |"
        for one in CATALOGUE
    ]
    return _HEAD.lstrip() + "\n".join(rows) + "\n"
