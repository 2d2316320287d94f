"""From an id to accounts of everything it names."""

from syncd.passes.explaining.account import Account, to_deeds
from syncd.passes.explaining.applicants import explain_application, explain_forgotten
from syncd.passes.explaining.interviews import explain_interview
from syncd.passes.explaining.jobs import explain_job, explain_posting
from syncd.passes.explaining.lens import Lens, open_lens
from syncd.settings.schema import Settings
from syncd.store import Store, lookup, tombstones
from syncd.store import interviews as interview_store
from syncd.store import journal as journal_rows
from syncd.store.lookup import Hit


def explain(settings: Settings, state: Store, names: list[str], text: str) -> list[Account]:
    """Everything that these connections know of an id; empty if none knows it.

    Reads one snapshot of the state and nothing else; takes no hold.
    """
    accounts: list[Account] = []
    with state.read() as tx:
        for name in names:
            lens = open_lens(tx, settings, name, state.clock.now())
            for hit in lookup.find(tx, name, text):
                accounts += _explain_hit(lens, hit)
            if not any(account.connection == name for account in accounts):
                accounts += [
                    explain_forgotten(lens, text, stone)
                    for stone in tombstones.find(tx, name, text)[:1]
                ]
    return accounts


def _explain_hit(lens: Lens, hit: Hit) -> list[Account]:
    if hit.what == "application":
        rows = lookup.applications_of(lens.tx, lens.name, hit.id)
        if rows:
            return [explain_application(lens, row) for row in rows]
    if hit.what == "job" and hit.id in lens.jobs:
        return [explain_job(lens, lens.jobs[hit.id])]
    if hit.what == "posting" and hit.id in lens.postings:
        return [explain_posting(lens, lens.postings[hit.id])]
    if hit.what == "interview":
        found = interview_store.interviews_by_id(lens.tx, lens.name, [hit.id])
        if found:
            return [explain_interview(lens, found[hit.id])]
    return [_explain_mention(lens, hit)]


def _explain_mention(lens: Lens, hit: Hit) -> Account:
    """What has no row of its own: somebody else's posting, or something that is gone."""
    account = Account(lens.name, hit.what, hit.id)
    ids = {f"{hit.what}_id": hit.id}
    account.did = to_deeds(journal_rows.history(lens.tx, lens.name, **ids))
    if hit.what != "interview":
        account.attention = lookup.open_items_about(lens.tx, lens.name, **ids)
    account.next = f"Nothing: this {hit.what} is not one that syncd looks after."
    return account
