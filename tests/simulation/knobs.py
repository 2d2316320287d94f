"""What a run turns in the program, so that rare paths are common and dear ones cheap."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from unittest.mock import patch

from syncd.ats import registry
from syncd.heymilo import api as heymilo_api
from syncd.phases import polling
from syncd.store import migrate
from tests.simulation.accounts.account import Account


@contextmanager
def turned(account: Account, *, page: int) -> Iterator[None]:
    """Lists come in pages of so many rows, so that few people fill many pages.

    States are taken to be of this version, which every run's is, and connectors are looked up
    among the installed packages once: asking costs more than a pass.
    """
    with ExitStack() as stack:
        stack.enter_context(patch.object(migrate, "ensure", _no_migration))
        stack.enter_context(patch.object(migrate, "known", _newest))
        stack.enter_context(patch.object(registry, "_found", _connectors))
        stack.enter_context(patch.object(heymilo_api, "PAGE", page))
        stack.enter_context(patch.object(polling, "PAGE", page))
        stack.enter_context(account.pages_of(page))
        yield


_HEAD = migrate.head()
_connectors = cache(registry._found)


def _no_migration(*_given: object) -> None:
    return None


def _newest(*_given: object) -> str:
    return _HEAD
