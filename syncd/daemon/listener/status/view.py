"""What the page says, as values: words and numbers, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.daemon.listener.glance import ConnectionGlance, Glance, Usage, link_to
from syncd.daemon.listener.status.charts import Funnel, Plot, draw_funnel, draw_plot
from syncd.daemon.listener.status.delays import DayOfDelays, by_day
from syncd.model.moments import ago, iso, lasting
from syncd.settings.schema import Mode

MOST_ITEMS = 50
_FIRST = ("bad", "warn", "calm", "good", "mute")  # what asks for attention stands first
_GUARDS = {"archive": "archivals", "update": "updates", "ingest": "invitations"}


@dataclass(frozen=True, slots=True)
class Word:
    """A state in one word; ``tone`` is its colour and ``shape`` its sign, which says the same."""

    text: str
    tone: str
    shape: str


WORKING = Word("Working", "good", "disc")
STARTING = Word("Starting", "calm", "ring")
PLANNING = Word("Planning", "calm", "ring")
OFF = Word("Off", "mute", "ring")
PERSON = Word("Waiting", "warn", "triangle")
BEHIND = Word("Behind", "warn", "triangle")
STOPPED = Word("Stopped", "bad", "square")


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person; ``link`` leads into the ATS where that is known."""

    id: str
    kind: str
    reason: str
    todo: str
    since: str
    since_exact: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """Budget use. ``share`` is in per cent, at most 100."""

    label: str
    share: int
    told: str


@dataclass(frozen=True, slots=True)
class Pass:
    """The last pass of a phase."""

    phase: str
    succeeded: str
    began: str
    took: str
    following: str
    outcome: str
    tone: str


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connection's part of the page."""

    name: str
    anchor: str
    mode: str
    word: Word
    says: str
    funnel: Funnel | None
    plot: Plot | None
    days: Sequence[DayOfDelays]
    facts: Sequence[tuple[str, int]]
    gauges: Sequence[Gauge]
    needs: Sequence[Need]
    more_needs: int
    passes: Sequence[Pass]


@dataclass(frozen=True, slots=True)
class View:
    """The whole page. ``title`` says the state as well, for the browser's tab."""

    title: str
    headline: str
    tone: str
    at: str
    at_exact: str
    connections: Sequence[ConnectionView]


def view_of(seen: Glance) -> View:
    """Put a glance into words."""
    views = [_connection(one, number, seen.at) for number, one in enumerate(seen.connections)]
    views.sort(key=lambda view: _FIRST.index(view.word.tone))
    bad = [v for v in views if v.word in (STOPPED, BEHIND)]
    person = [v for v in views if v.word is PERSON]
    total = len(views)
    if bad:
        headline, tone = _counted(bad, total, "does not keep up", "do not keep up"), "bad"
    elif person:
        headline, tone = _counted(person, total, "needs a person", "need a person"), "warn"
    elif any(v.word is STARTING for v in views):
        headline, tone = "The first passes are under way", "calm"
    else:
        headline, tone = "Everything works", "good"
    at = iso(seen.at) or ""
    return View(
        title=f"{headline} – syncd",
        headline=headline,
        tone=tone,
        at=f"{at[:10]} {at[11:19]} UTC",
        at_exact=at,
        connections=views,
    )


def _counted(some: Sequence[ConnectionView], total: int, one: str, many: str) -> str:
    if total == 1:
        return f"{some[0].name} {one}"
    return f"{len(some)} of {total} connections {one if len(some) == 1 else many}"


def _connection(one: ConnectionGlance, number: int, now: float) -> ConnectionView:
    standing, counts, reached = one.standing, one.standing.counts, one.reached
    applied = counts.get("invited or linked", 0) + counts.get("waiting to be invited", 0)
    needs = [*_held(one, now), *_items(one, now)]
    word, says = _word(one, len(needs), now)
    days = by_day(one.delays, now)
    return ConnectionView(
        name=one.name,
        anchor=f"connection-{number + 1}",
        mode=str(one.settings.mode),
        word=word,
        says=says,
        funnel=draw_funnel(
            [
                ("Applied", applied),
                ("Invited", reached.invited),
                ("Started", reached.started),
                ("Finished", reached.finished),
                ("Written back", reached.written),
            ]
        ),
        plot=draw_plot(days),
        days=days,
        facts=[
            ("Open jobs", counts.get("open jobs", 0)),
            ("Live postings", counts.get("live postings", 0)),
            ("Waiting to be invited", counts.get("waiting to be invited", 0)),
            ("Before the cut-off", counts.get("before the cut-off", 0)),
            ("Results to write back", counts.get("results not written back", 0)),
        ],
        gauges=[_gauge(one, usage, now) for usage in one.usage],
        needs=needs[:MOST_ITEMS],
        more_needs=max(0, len(needs) - MOST_ITEMS),
        passes=[
            Pass(
                phase=phase,
                succeeded=ago(run.succeeded_at, now),
                began=ago(run.began_at, now),
                took="" if run.ended_at is None else lasting(run.ended_at - run.began_at),
                following=_following(one, phase, now),
                outcome=run.outcome,
                tone={"done": "good", "running": "calm", "unfinished": "warn"}.get(
                    run.outcome, "bad"
                ),
            )
            for phase, run in standing.runs.items()
        ],
    )


def _word(one: ConnectionGlance, needs: int, now: float) -> tuple[Word, str]:
    mode = one.settings.mode
    if mode is Mode.OFF:
        return OFF, "Switched off in the settings."
    if mode is Mode.PLAN:
        return PLANNING, "Mode “plan”: changes are shown by syncd plan, and none is made."
    told = one.health
    outcomes = [run.outcome for run in (told.phases if told else one.standing.runs).values()]
    if "refused" in outcomes:
        return STOPPED, "A remote side refuses the credentials; syncd check says which."
    if told is None or not told.tried:
        return STARTING, "No pass of this daemon has ended yet."
    if told.stuck:
        return STOPPED, "A pass does not end."
    if told.failures:
        again = told.backing_off_until
        later = "" if again is None else f" Next try in {lasting(again - now)}."
        return BEHIND, (told.error or "The last pass failed.") + later
    if one.late:
        late = one.late[0].removeprefix(f"{one.name}: ")
        return BEHIND, f"{late[0].upper()}{late[1:]}."
    if told.held:
        return BEHIND, "Another run holds this connection."
    if needs:
        verb = "matter needs" if needs == 1 else "matters need"
        return PERSON, f"{needs} {verb} a person; everything else goes on."
    return WORKING, "Every phase succeeded in time."


def _following(one: ConnectionGlance, phase: str, now: float) -> str:
    """When the phase looks again; empty if that is not known."""
    told = one.health.phases.get(phase) if one.health else None
    if told is None or told.due_at is None:
        return ""
    return "now" if told.due_at <= now else f"in {lasting(told.due_at - now)}"


def _held(one: ConnectionGlance, now: float) -> list[Need]:
    return [
        Need(
            id=group.hash,
            kind=f"guard.{group.guard}",
            reason=f"A guard holds back {group.items} {_GUARDS.get(group.guard, 'changes')}.",
            todo=f"Look with syncd plan; if they are right: syncd reconcile --approve {group.hash}",
            since=ago(group.shown_at, now),
            since_exact=iso(group.shown_at) or "",
        )
        for group in one.held
    ]


def _items(one: ConnectionGlance, now: float) -> list[Need]:
    return [
        Need(
            id=item.item_id,
            kind=item.kind,
            reason=item.reason,
            todo=item.todo,
            since=ago(item.opened_at, now),
            since_exact=iso(item.opened_at) or "",
            link=link_to(one.settings, item),
        )
        for item in one.items
    ]


def _gauge(one: ConnectionGlance, usage: Usage, now: float) -> Gauge:
    label = "HeyMilo" if usage.side == "heymilo" else str(one.settings.ats.type).capitalize()
    told = f"{usage.used} of {usage.rate.requests} in {lasting(usage.rate.seconds)}"
    if usage.not_before is not None:
        told += f", asked to wait {lasting(usage.not_before - now)} more"
    return Gauge(label, min(100, round(100 * usage.used / usage.rate.requests)), told)
