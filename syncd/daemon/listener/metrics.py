"""The metrics: what there is, and how each is read.

The catalogue is what `/metrics` shows and what the reference page is made from. Labels are
``connection``, ``phase`` and ``kind`` alone, with few values each.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from syncd.daemon.health import Snapshot
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.glance import ConnectionGlance, Glance
from syncd.daemon.listener.status.delays import percentile
from syncd.settings.schema import Mode

Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Scrape:
    """What there is to read at one scrape; ``glance`` is None when the state cannot be read."""

    glance: Glance | None
    counters: Counters
    health: Snapshot


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric. ``read`` gives the values of its labels and its value, for each sample."""

    name: str
    type: Literal["gauge", "counter"]
    labels: tuple[str, ...]
    help: str
    read: Callable[[Scrape], Iterable[Sample]]


def expose(scrape: Scrape) -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(scrape))
    return generate_latest(registry)


class _Collector:
    def __init__(self, scrape: Scrape) -> None:
        self._scrape = scrape

    def collect(self) -> Iterator[Metric]:
        for measure in CATALOGUE:
            family = (
                CounterMetricFamily(measure.name, measure.help, labels=measure.labels)
                if measure.type == "counter"
                else GaugeMetricFamily(measure.name, measure.help, labels=measure.labels)
            )
            for labels, value in measure.read(self._scrape):
                family.add_metric(labels, value)
            yield family


def _each(
    read: Callable[[ConnectionGlance, float], Iterable[Sample]],
) -> Callable[[Scrape], Iterable[Sample]]:
    """Read something of every connection that is not off."""

    def every(scrape: Scrape) -> Iterator[Sample]:
        seen = scrape.glance
        for one in seen.connections if seen else ():
            if one.settings.mode is not Mode.OFF:
                for labels, value in read(one, seen.at if seen else 0.0):
                    yield (one.name, *labels), value

    return every


def _ready(scrape: Scrape) -> Iterator[Sample]:
    for one in scrape.health.connections:
        if one.mode is not Mode.OFF:
            late = any(r.startswith(f"{one.name}: ") for r in scrape.health.reasons)
            yield (one.name,), float(not late)


def _failures(scrape: Scrape) -> Iterator[Sample]:
    for one in scrape.health.connections:
        yield (one.name,), one.failures


def _last_success(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    for phase, run in one.standing.runs.items():
        if run.succeeded_at is not None:
            yield (phase,), run.succeeded_at


def _last_start(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    for phase, run in one.standing.runs.items():
        yield (phase,), run.began_at


def _duration(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    for phase, run in one.standing.runs.items():
        if run.ended_at is not None:
            yield (phase,), max(0.0, run.ended_at - run.began_at)


def _people(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    counts, reached = one.standing.counts, one.reached
    waiting = counts.get("waiting to be invited", 0)
    yield ("waiting",), waiting
    yield ("before_cutoff",), counts.get("before the cut-off", 0)
    yield ("applied",), waiting + counts.get("invited or linked", 0)
    yield ("invited",), reached.invited
    yield ("started",), reached.started
    yield ("finished",), reached.finished
    yield ("written_back",), reached.written


def _jobs(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    yield ("open",), one.standing.counts.get("open jobs", 0)
    yield ("selected",), one.standing.counts.get("selected jobs", 0)


def _postings(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    yield (), one.standing.counts.get("live postings", 0)


def _unwritten(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    yield (), one.standing.counts.get("results not written back", 0)


def _unwritten_age(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    oldest = one.standing.oldest_unwritten
    yield (), 0.0 if oldest is None else max(0.0, now - oldest)


def _delay(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    last = [delay for told_at, delay in one.delays if told_at > now - 86_400]
    if last:
        yield ("median",), percentile(last, 50)
        yield ("p95",), percentile(last, 95)


def _uncertain(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    yield (), one.standing.counts.get("invitations without certain outcome", 0)


def _attention(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    kinds = [item.kind for item in one.items]
    for kind in sorted(set(kinds)):
        yield (kind,), kinds.count(kind)


def _attention_all(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    yield (), len(one.items)


def _held(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    counts = {group.guard: group.items for group in one.held}
    for guard in ("archive", "ingest", "update"):
        yield (guard,), counts.get(guard, 0)


def _budget(one: ConnectionGlance, now: float) -> Iterator[Sample]:
    for usage in one.usage:
        yield (usage.side,), usage.used / usage.rate.requests


CATALOGUE: tuple[Measure, ...] = (
    Measure(
        "syncd_start_time_seconds",
        "gauge",
        (),
        "When the daemon began, epoch seconds.",
        lambda scrape: [((), scrape.health.started_at)],
    ),
    Measure(
        "syncd_state_readable",
        "gauge",
        (),
        "1 if the state could be read for this scrape; 0 leaves out what is read from it.",
        lambda scrape: [((), float(scrape.glance is not None))],
    ),
    Measure(
        "syncd_connection_ready",
        "gauge",
        ("connection",),
        "1 if the last passes succeeded in time; /readyz says why not.",
        _ready,
    ),
    Measure(
        "syncd_connection_failures",
        "gauge",
        ("connection",),
        "Failed passes in a row; the loop waits longer after each.",
        _failures,
    ),
    Measure(
        "syncd_passes_total",
        "counter",
        ("connection", "kind"),
        "Passes that ended: ok, failed.",
        lambda scrape: sorted(scrape.counters.passes.items()),
    ),
    Measure(
        "syncd_phase_runs_total",
        "counter",
        ("connection", "phase", "kind"),
        "Phases that ended, by outcome: done, unfinished, failed, refused.",
        lambda scrape: sorted(scrape.counters.phases.items()),
    ),
    Measure(
        "syncd_done_total",
        "counter",
        ("connection", "kind"),
        "What passes did, by the name that `syncd reconcile` counts it under.",
        lambda scrape: sorted(scrape.counters.done.items()),
    ),
    Measure(
        "syncd_phase_last_success_timestamp_seconds",
        "gauge",
        ("connection", "phase"),
        "When a phase last ended with nothing left to do, epoch seconds.",
        _each(_last_success),
    ),
    Measure(
        "syncd_phase_last_start_timestamp_seconds",
        "gauge",
        ("connection", "phase"),
        "When a phase last began, epoch seconds.",
        _each(_last_start),
    ),
    Measure(
        "syncd_phase_last_duration_seconds",
        "gauge",
        ("connection", "phase"),
        "How long a phase took when it last ended.",
        _each(_duration),
    ),
    Measure(
        "syncd_people",
        "gauge",
        ("connection", "kind"),
        "People by how far they came: waiting, before_cutoff, applied, invited, started, finished, "
        "written_back.",
        _each(_people),
    ),
    Measure(
        "syncd_jobs", "gauge", ("connection", "kind"), "Jobs that are open, selected.", _each(_jobs)
    ),
    Measure(
        "syncd_live_postings", "gauge", ("connection",), "Postings that are live.", _each(_postings)
    ),
    Measure(
        "syncd_results_unwritten",
        "gauge",
        ("connection",),
        "Final results that are not written back yet.",
        _each(_unwritten),
    ),
    Measure(
        "syncd_results_unwritten_oldest_age_seconds",
        "gauge",
        ("connection",),
        "Seconds since the oldest of them was seen; 0 if there is none.",
        _each(_unwritten_age),
    ),
    Measure(
        "syncd_result_delay_seconds",
        "gauge",
        ("connection", "kind"),
        "From an interview's end to its write-back, of those of the last day: median, p95.",
        _each(_delay),
    ),
    Measure(
        "syncd_invitations_uncertain",
        "gauge",
        ("connection",),
        "Invitations whose outcome is not certain yet.",
        _each(_uncertain),
    ),
    Measure(
        "syncd_attention_items",
        "gauge",
        ("connection",),
        "Matters that need a person.",
        _each(_attention_all),
    ),
    Measure(
        "syncd_attention_items_by_kind",
        "gauge",
        ("connection", "kind"),
        "Matters that need a person, by their kind; kinds without any are left out.",
        _each(_attention),
    ),
    Measure(
        "syncd_guard_held_changes",
        "gauge",
        ("connection", "kind"),
        "Changes that a guard holds back: archive, ingest, update.",
        _each(_held),
    ),
    Measure(
        "syncd_budget_used_ratio",
        "gauge",
        ("connection", "kind"),
        "Requests of the last window as a part of the limit, at heymilo and ats.",
        _each(_budget),
    ),
    Measure(
        "syncd_webhooks_total",
        "counter",
        ("connection", "kind"),
        "Webhooks that came in: genuine, coalesced (genuine, but known already), forged, replayed, "
        "refused (too many, or too long).",
        lambda scrape: sorted(scrape.counters.webhooks.items()),
    ),
    Measure(
        "syncd_listener_refusals_total",
        "counter",
        ("kind",),
        "Answers of the listener that were errors, by what was wrong: token, host, method, size, "
        "rate, unknown, other.",
        lambda scrape: [((kind,), n) for kind, n in sorted(scrape.counters.refusals.items())],
    ),
    Measure(
        "syncd_notifications_total",
        "counter",
        ("connection", "kind"),
        "Notifications: sent, failed.",
        lambda scrape: sorted(scrape.counters.notifications.items()),
    ),
    Measure(
        "syncd_pings_total",
        "counter",
        ("kind",),
        "Pings to the dead man's switch: sent, failed.",
        lambda scrape: [((kind,), n) for kind, n in sorted(scrape.counters.pings.items())],
    ),
)
