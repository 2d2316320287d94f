"""A process that takes part in a test: ``python -m tests.store.contender ACTION URL …``.

It says ``ready`` when everything is imported and begins when its standard input is closed, so
that several can begin at once.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from syncd.clock import SystemClock
from syncd.errors import HeldByAnother, SyncdError
from syncd.store import Store, migrate
from syncd.store.hold import acquire


def main(action: str, url: str, *rest: str) -> None:
    store = Store.open(url, Path(), SystemClock(), patience=30.0)
    print("ready", flush=True)
    sys.stdin.read()
    try:
        if action == "acquire":
            hold = asyncio.run(acquire(store, "acme", SystemClock()))
            print("held", hold.fence, flush=True)
            signal.pause()
        elif action == "migrate":
            migrate.ensure(store, "auto")
            print("migrated", migrate.current(store), flush=True)
        elif action == "die-migrating":
            _die_before(store, *rest)
            migrate.upgrade(store)
    except HeldByAnother:
        print("refused", flush=True)
    except SyncdError as error:
        print("failed", error, flush=True)


def _die_before(store: Store, moment: str) -> None:
    """End this process without warning before its nth statement, or right before the commit."""
    seen = 0

    def kill(*_: object) -> None:
        nonlocal seen
        seen += 1
        if moment == "commit" or seen == int(moment):
            os.kill(os.getpid(), signal.SIGKILL)

    if moment == "commit":
        event.listen(store.engine, "commit", kill)
    else:
        event.listen(store.engine, "before_cursor_execute", kill)


if __name__ == "__main__":
    main(*sys.argv[1:])
