"""Which ATSs there are: those syncd brings, and those other packages add.

A connector is named by an entry point of the group ``syncd.ats`` whose value is a
:class:`~syncd.ats.port.Connector`. syncd's own are named here as well, so that they are found when
it is run from a checkout that was never installed.
"""

import logging
from importlib.metadata import EntryPoint, entry_points

from syncd.ats.port import Connector
from syncd.errors import SettingsError
from syncd.settings.schema import AtsSettings

GROUP = "syncd.ats"

_OWN = {
    "ashby": "syncd.ats.ashby:connector",
    "bullhorn": "syncd.ats.bullhorn:connector",
    "folder": "syncd.ats.folder:connector",
    "greenhouse": "syncd.ats.greenhouse:connector",
    "lever": "syncd.ats.lever:connector",
    "workable": "syncd.ats.workable:connector",
}

_log = logging.getLogger(__name__)


def known_types() -> tuple[str, ...]:
    """The names that ``type`` in ``[connections.*.ats]`` may have, sorted."""
    return tuple(sorted(_found()))


def own_types() -> tuple[str, ...]:
    """The names of the connectors that syncd itself brings, sorted."""
    return tuple(sorted(_OWN))


def connector(type: str) -> Connector:
    """Given a type, return its connector.

    Raises SettingsError for an unknown one, naming those that are known, and for one of another
    package that cannot be loaded.
    """
    # A search among all that is installed takes longer than a pass that finds nothing to do.
    found = EntryPoint(type, _OWN[type], GROUP) if type in _OWN else _found().get(type)
    if found is None:
        raise SettingsError(
            f'there is no ATS type "{type}"; type in [connections.*.ats] is one of: '
            + ", ".join(known_types())
            + "."
        )
    return _load(found)


def settings_models() -> dict[str, type[AtsSettings]]:
    """The settings of every ATS by type; one that cannot be loaded is left out, with a warning,
    because it must not stop connections that do not use it."""
    models: dict[str, type[AtsSettings]] = {}
    for name, found in sorted(_found().items()):
        try:
            models[name] = _load(found).settings
        except SettingsError as error:
            _log.warning("%s", error)
    return models


def _found() -> dict[str, EntryPoint]:
    """Entry points by name; syncd's own names cannot be taken by another package."""
    added = {point.name: point for point in entry_points(group=GROUP)}
    own = {name: EntryPoint(name, value, GROUP) for name, value in _OWN.items()}
    return {**added, **own}


def _load(found: EntryPoint) -> Connector:
    try:
        loaded = found.load()
    except Exception as error:  # another package's import may raise anything
        raise SettingsError(
            f'the ATS type "{found.name}" cannot be loaded from {found.value} '
            f"({type(error).__name__}); repair or remove the package that brings it."
        ) from error
    if not isinstance(loaded, Connector) or loaded.type != found.name:
        raise SettingsError(
            f'{found.value} is no connector of the ATS type "{found.name}"; '
            "repair or remove the package that brings it."
        )
    return loaded
