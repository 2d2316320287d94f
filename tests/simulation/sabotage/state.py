"""Defects around the state: two runs at once, and progress that is lost or made up."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from syncd.ats.workable import client as workable
from syncd.ats.workable.applications import read_changes
from syncd.model.keyed import Keyed
from syncd.passes import opening
from syncd.phases.applicants import feed
from syncd.store import Store, feeds, hold, lease
from syncd.store.hold import Hold
from syncd.store.process import Process
from tests.simulation.sabotage.defect import defect, replaced, together

_ALONE, _GO_ON, _LOST = "10 one writer", "9 go on", "2 nobody lost"


@defect("10", "Runs begin without a lease, and nothing of theirs is checked.", _ALONE)
def no_lease() -> AbstractContextManager[Any]:
    def take(store: Store, connection: str, holder: str, process: Process) -> int:
        with store.write() as tx:
            fence, _ = lease._look(store, tx, connection)
            lease._set(tx, connection, {"fence": fence + 1, "holder": holder})
        return fence + 1

    return together(
        replaced(hold, "claim", take),
        replaced(hold, "is_held", lambda *_: True),
        replaced(hold, "renew", lambda *_: True),
    )


@defect("10", "A commit does not check the fence.", _ALONE)
def no_fence_at_commit() -> AbstractContextManager[Any]:
    return replaced(Hold, "verify", lambda self, tx: None)


@defect("10", "A request leaves although the hold has run out.", _ALONE)
def no_hold_at_request() -> AbstractContextManager[Any]:
    return replaced(Hold, "check", lambda self: None)


@defect("9", "The cursor is committed before the rows of its page.", _LOST)
def cursor_before_rows() -> AbstractContextManager[Any]:
    async def read(ctx: Any, inbox: Any, cursor: str | None, resume: str | None) -> int:
        count = 0
        async for page in ctx.ats.changed_applications(cursor, resume):
            with ctx.commit() as tx:
                stood = feeds.get(tx, ctx.name, feed.FEED)
                begun = stood.began_as_of if resume else None
                began = page.as_of if begun is None else begun
                if page.resume is not None:
                    moved = replace(stood, resume=page.resume, began_as_of=began)
                else:
                    moved = feeds.Feed(ctx.name, feed.FEED, page.cursor, complete_as_of=began)
                feeds.save(tx, moved)
            with ctx.commit() as tx:
                feed.note_page(ctx, tx, inbox, page, stood.complete_as_of, began)
            resume = page.resume
            count += len(page.rows)
        return count

    return replaced(feed, "_read", read)


@defect("9", "A reading that was cut off begins at page 1 again.", _GO_ON)
def resume_point_ignored() -> AbstractContextManager[Any]:
    return replaced(
        workable, "read_changes", lambda s, cursor, resume: read_changes(s, cursor, None)
    )


@defect("9", "Everybody is read in every pass, whatever the cursor says.", _GO_ON)
def cursor_ignored() -> AbstractContextManager[Any]:
    return replaced(
        workable, "read_changes", lambda s, cursor, resume: read_changes(s, None, resume)
    )


@defect("8", "The address itself is stored instead of its keyed hash.", "8 at rest")
def address_in_plain_text() -> AbstractContextManager[Any]:
    return replaced(Keyed, "email", lambda self, address: address.strip().lower())


@defect("plan", "A rehearsal works on the state itself instead of on a copy.", "plan")
def rehearsal_without_a_copy() -> AbstractContextManager[Any]:
    @contextmanager
    def itself(source: Store) -> Iterator[Store]:
        yield source

    return replaced(opening, "copy_state", itself)
