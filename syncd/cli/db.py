"""`syncd db`: the version of the state."""

from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.errors import ExitCode
from syncd.store import Store, migrate


def upgrade(options: Options, revision: str) -> ExitCode:
    """Bring the tables up to ``revision``, making the database file if it is missing."""
    with open_state(load_settings(options)) as store:
        before = migrate.current(store)
        migrate.upgrade(store, revision)
        return _report(options, store, {"before": before})


def downgrade(options: Options, revision: str) -> ExitCode:
    """Take the tables back to ``revision``."""
    with open_state(load_settings(options)) as store:
        before = migrate.current(store)
        migrate.downgrade(store, revision)
        return _report(options, store, {"before": before})


def current(options: Options) -> ExitCode:
    """Tell the version of the tables; changes and creates nothing."""
    with open_state(load_settings(options)) as store:
        return _report(options, store, {})


def _report(options: Options, store: Store, step: dict[str, str | None]) -> ExitCode:
    now, head = migrate.current(store), migrate.head()
    if options.json:
        print_document({"database": store.place.label, **step, "revision": now, "head": head})
        return ExitCode.DONE
    standing = "up to date" if now == head else f"this syncd needs {head}: run `syncd db upgrade`"
    before = step.get("before", now)
    came = f" (was {before or 'empty'})" if before != now else ""
    print(f"{store.place.label}: {now or 'empty'}{came}, {standing}")  # noqa: T201
    return ExitCode.DONE
