"""What most commands begin with: the settings, and the state they name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.ats.registry import settings_models
from syncd.cli.options import Options
from syncd.clock import Clock, SystemClock
from syncd.passes.abilities import find_unable
from syncd.settings.load import load, locate
from syncd.settings.schema import Settings
from syncd.store import Store


def load_settings(options: Options) -> Settings:
    """The settings that ``options`` name; raises SettingsError with all that is wrong."""
    return load(locate(options.config), settings_models(), judge=find_unable)


@contextmanager
def open_state(settings: Settings, clock: Clock | None = None) -> Iterator[Store]:
    """The state of ``settings``, closed at the end; nothing is created by opening it."""
    store = Store.open(settings.database.url, Path.cwd(), clock or SystemClock())
    try:
        yield store
    finally:
        store.close()
