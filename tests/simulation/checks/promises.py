"""All that must never happen, and all that must have happened in the end."""

from collections.abc import Sequence

from syncd.store.attention import Item
from tests.simulation.checks import (
    at_rest,
    conduct,
    invitations,
    nobody_lost,
    one_writer,
    postings,
    results,
)
from tests.simulation.history import History
from tests.simulation.life import DimWorld
from tests.simulation.mix import Mix


def check(mix: Mix, history: History, world: DimWorld) -> None:
    """Complain of everything that must never happen."""
    invitations.one_invitation(mix, history, world)
    invitations.nobody_old(mix, history, world)
    invitations.nobody_out(mix, history, world)
    invitations.nobody_of_deselected_jobs(mix, history, world)
    postings.one_posting(mix, history, world)
    postings.no_archival_of_open_jobs(mix, history, world)
    postings.edits_kept(mix, history, world)
    results.moves_kept(mix, history, world)
    results.notes_true(mix, history, world)
    results.scores_in_order(mix, history, world)
    one_writer.check(history)
    conduct.check(mix, history, world)
    at_rest.check_texts(history, "a message", (text for p in history.passes for text in p.told))


def check_end(mix: Mix, history: History, world: DimWorld, items: Sequence[Item]) -> None:
    """Complain of everything that must have happened by now and has not."""
    at_rest.check_texts(history, "attention", map(repr, items))
    nobody_lost.check(mix, history, world, items)
