"""`syncd explain`: what is known of an id, what was done about it, and what comes next."""

from typing import Any

from syncd.cli.attention import to_data as item_to_data
from syncd.cli.console import open_console, print_table
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import plain, print_document
from syncd.cli.passes import choose
from syncd.clock import SystemClock
from syncd.errors import ExitCode, UsageError
from syncd.passes.explaining import Account, Deed, explain
from syncd.passes.explaining.account import when
from syncd.store import migrate


def run(options: Options, text: str, connection: str | None) -> ExitCode:
    """Explain an id on every connection that knows it; unknown ids are a mistake of usage."""
    settings = load_settings(options)
    names = choose(settings, connection)
    text = text.strip()
    with open_state(settings, SystemClock()) as state:
        known = state.exists() and migrate.known(state) is not None
        if known and migrate.known(state) != migrate.head():
            migrate.ensure(state, "manual")  # says what to run
        accounts = explain(settings, state, names, text) if known else []
    if not accounts:
        # What looks like an address is not repeated.
        named = "This" if "@" in text else f"{text!r}"
        raise UsageError(
            f"{named} is no id that the state knows: give that of a job, an application, a "
            "posting or an interview; only what a pass has seen is known."
        )
    if options.json:
        print_document({"found": [to_data(account) for account in accounts], "exit_code": 0})
    else:
        for account in accounts:
            show(account)
    return ExitCode.DONE


def to_data(account: Account) -> dict[str, Any]:
    """One account as JSON."""
    return {
        "connection": account.connection,
        "what": account.what,
        "id": account.id,
        "knows": {name: value for name, value in account.knows.items() if value is not None},
        "did": [deed_to_data(deed) for deed in account.did],
        "others": account.tally,
        "next": account.next,
        "why_not_yet": account.why_not_yet,
        "attention": [item_to_data(item) for item in account.attention],
    }


def deed_to_data(deed: Deed) -> dict[str, Any]:
    """One write as JSON."""
    return {
        "at": when(deed.at),
        "kind": deed.kind,
        "state": deed.state,
        "told": deed.told,
        "reason": deed.reason,
        **deed.about,
        "attempts": deed.attempts,
        "looks": deed.looks,
        "sent": when(deed.sent_at),
        "ended": when(deed.ended_at),
        "made": deed.remote_id,
        "evidence": dict(deed.evidence),
        "key": deed.key,
    }


def show(account: Account) -> None:
    """One account as people read it."""
    console = open_console()
    console.print(plain(f"{account.what} {account.id} ({account.connection})"), style="bold")
    rows = [(name, _shown(value)) for name, value in account.knows.items() if value is not None]
    if rows:
        print_table(console, ("known", ""), rows)
    if account.did:
        print_table(
            console,
            ("when", "what", "became of it", "why"),
            [(when(deed.at), deed.kind, deed.told, deed.reason) for deed in account.did],
        )
    elif not account.tally:
        console.print("Nothing was written about it.")
    if account.tally:
        print_table(
            console,
            ("writes about its people", "count"),
            list(account.tally.items()),
            numbers=("count",),
        )
    console.print(plain(f"Next: {account.next}"))
    for why in account.why_not_yet:
        console.print(plain(f"  not yet: {why}"))
    for item in account.attention:
        console.print(plain(f"  needs a person ({item.item_id}): {item.reason} {item.todo}"))
    console.print()


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
