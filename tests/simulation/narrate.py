"""A run told in the order of its time, for whoever looks for the cause of a violation."""

from collections.abc import Iterator
from typing import TextIO

from tests.simulation.history import History
from tests.simulation.life import DimWorld
from tests.simulation.mix import Mix


def narrate(mix: Mix, history: History, world: DimWorld, out: TextIO, *, requests: bool) -> None:
    """Write everything that happened; ``requests`` tells every request, too."""
    start = history.passes[0].started if history.passes else 0.0
    print(f"{mix}\n", file=out)
    lines = list(_lines(history, world, requests=requests))
    for at, text in sorted(lines, key=lambda line: line[0]):
        print(f"{at - start:10.1f}  {text}", file=out)
    for violation in history.violations:
        print(f"VIOLATION {violation}", file=out)


def _lines(history: History, world: DimWorld, *, requests: bool) -> Iterator[tuple[float, str]]:
    for one in history.passes:
        yield one.started, f"PASS {one.pid} begins: {' '.join(one.phases)}"
        end = f"cut: {one.cut}" if one.cut else f"codes {list(one.codes)} {one.error}"
        yield one.ended, f"PASS {one.pid} ends: {end} {one.counts} {one.refused} {one.told}"
    for at, what, told in history.deeds:
        yield at, f"  person: {what} {told or ''}"
    for at, of in history.losses:
        yield at, f"STATE replaced by one of {of}"
    for job, tale in history.jobs.items():
        yield tale.created, f"  job {job} was made"
        for at, state in tale.states:
            yield at, f"  job {job} is {state}"
        for at, chosen in tale.selected:
            yield at, f"  job {job} is {'' if chosen else 'not '}selected"
    for one in world.account.applicants.values():
        yield one.applied_at, f"  application {one.id} to {one.job} in {one.stage}"
    for sent in world.heymilo.ledger.invitations:
        yield (
            sent.at,
            f"  API: invitation {sent.interview_id} for {sent.external_id} in {sent.posting_id}",
        )
    for event in world.heymilo.ledger.postings:
        yield (
            event.at,
            f"  API: posting {event.posting_id} {event.kind} {event.external_id} {event.fields}",
        )
    for act in world.account.ledger:
        if act.by == "api":
            yield act.at, f"  API: {act.kind} {act.candidate} {act.value}"
    for interview, truths in history.truths.items():
        for truth in truths:
            yield truth.at, f"  truth of {interview}: {truth}"
    if requests:
        for row in world.log:
            query = "&".join(f"{k}={v}" for k, v in row.query)
            yield row.at, f"    {row.method} {row.path}?{query} -> {row.status} {row.fault or ''}"
