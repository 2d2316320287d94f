"""`syncd attention`: what needs a person."""

from datetime import UTC, datetime
from typing import Any

from syncd.cli.console import open_console, print_table
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_until_terminated
from syncd.clock import SystemClock
from syncd.errors import ExitCode, UsageError
from syncd.passes.retry import retry_items
from syncd.store import Store, attention, migrate
from syncd.store.attention import Item

WAIT = 60.0  # seconds a retry or dismissal waits for a pass under way


def list_(options: Options) -> ExitCode:
    """Show every open item; the code is 4 when there is one."""
    settings = load_settings(options)
    with open_state(settings) as state:
        items = _open_items(state)
    items = [item for item in items if item.connection in settings.connections]
    code = ExitCode.ATTENTION if items else ExitCode.DONE
    if options.json:
        print_document({"items": [to_data(item) for item in items], "exit_code": int(code)})
        return code
    console = open_console()
    if not items:
        console.print("Nothing needs a person.")
        return code
    print_table(
        console,
        ("id", "connection", "what", "what to do"),
        [(item.item_id, item.connection, item.reason, item.todo) for item in items],
    )
    return code


def retry(options: Options, ids: tuple[str, ...]) -> ExitCode:
    """Let syncd try these again."""
    settings = load_settings(options)
    with open_state(settings, SystemClock()) as state:
        migrate.ensure(state, settings.database.migrate)
        found = _find(state, ids)
        run_until_terminated(lambda: retry_items(settings, state, found, WAIT))
    return _tell(options, "retried", found)


def dismiss(options: Options, ids: tuple[str, ...]) -> ExitCode:
    """Close these until the matter itself changes."""
    settings = load_settings(options)
    with open_state(settings, SystemClock()) as state:
        migrate.ensure(state, settings.database.migrate)
        found = _find(state, ids)
        with state.write() as tx:
            attention.dismiss(tx, [item.item_id for item in found], state.clock.now())
    return _tell(options, "dismissed", found)


def to_data(item: Item) -> dict[str, Any]:
    """One item as JSON."""
    ids = {
        "job": item.job_id,
        "application": item.application_id,
        "posting": item.posting_id,
    }
    return {
        "id": item.item_id,
        "connection": item.connection,
        "kind": item.kind,
        **{k: v for k, v in ids.items() if v},
        "reason": item.reason,
        "todo": item.todo,
        "since": datetime.fromtimestamp(item.opened_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _open_items(state: Store) -> list[Item]:
    if not state.exists() or migrate.current(state) is None:
        return []
    with state.read() as tx:
        return attention.open_items(tx)


def _find(state: Store, ids: tuple[str, ...]) -> list[Item]:
    found: list[Item] = []
    with state.read() as tx:
        for text in ids:
            hits = [item for item in attention.find(tx, text) if item.closed_at is None]
            if not hits:
                raise UsageError(f"There is no open item {text!r}; see `syncd attention list`.")
            if len(hits) > 1:
                raise UsageError(f"{text!r} begins the id of {len(hits)} items; write more of it.")
            found.extend(hits)
    return found


def _tell(options: Options, what: str, found: list[Item]) -> ExitCode:
    if options.json:
        print_document({what: [item.item_id for item in found], "exit_code": 0})
    else:
        console = open_console()
        for item in found:
            console.print(f"{what} {item.item_id}: {item.reason}")
    return ExitCode.DONE
