"""What a run turns in the program, so that rare paths are common, and what it watches."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from syncd.ats.workable import applications as workable_applications
from syncd.ats.workable import client as workable_client
from syncd.heymilo import api as heymilo_api
from syncd.journal import machine
from syncd.journal.journal import Journal
from syncd.journal.machine import Entry, State
from syncd.store import copy, migrate


@contextmanager
def turned(*, page: int) -> Iterator[None]:
    """Lists come in pages of so many rows, so that few people fill many pages.

    States are taken to be of this version, which every run's is: asking costs more than a pass.
    """
    with ExitStack() as stack:
        stack.enter_context(patch.object(copy.migrate, "ensure", _no_migration))
        stack.enter_context(patch.object(copy.migrate, "known", _newest))
        stack.enter_context(patch.object(heymilo_api, "PAGE", page))
        stack.enter_context(patch.object(workable_client, "PAGE_SIZE", page))
        stack.enter_context(patch.object(workable_applications, "PAGE_SIZE", page))
        yield


@contextmanager
def observed(reached: Counter[str]) -> Iterator[None]:
    """Count the steps of the journal that matter; nothing is changed."""
    dispatch, miss, settle = machine.dispatch, machine.miss, Journal.settle

    def watched_dispatch(entry: Entry, now: float) -> Entry:
        if entry.state is not State.INTENDED or entry.attempts:
            reached[f"sent again from {entry.state}"] += 1
        return dispatch(entry, now)

    def watched_miss(entry: Entry, looked_at: float, patience: float) -> Entry:
        after = miss(entry, looked_at, patience)
        if after.state is State.ABSENT:
            reached["absent after two looks"] += 1
        elif after == entry:
            reached["not found, too early to say"] += 1
        return after

    def watched_settle(self: Journal, open_rows: Any, found: Any, *rest: Any, **named: Any) -> Any:
        rows = list(open_rows)
        states = settle(self, rows, found, *rest, **named)
        kinds = {row.kind for row in rows}
        for kind in kinds:
            mine = [row.key for row in rows if row.kind == kind]
            hits = sum(key in found for key in mine)
            if hits:
                reached[f"uncertain {kind} found"] += 1
            if hits and hits < len(mine):
                reached[f"uncertain {kind} partly found"] += 1
            if any(row.kind == kind and not row.evidence for row in rows if row.key in found):
                reached[f"{kind} found after a crash"] += 1
        return states

    with (
        patch.object(machine, "dispatch", watched_dispatch),
        patch.object(machine, "miss", watched_miss),
        patch.object(Journal, "settle", watched_settle),
    ):
        yield


_HEAD = migrate.head()


def _no_migration(*_given: object) -> None:
    return None


def _newest(*_given: object) -> str:
    return _HEAD
