"""How many requests looking for results may take, so that everything else has room as well."""

from syncd.phases.context import Looks
from syncd.settings.schema import Mode, Settings

SHARE = 0.7
"""Of a key's limit, what looking for results may take in the long run; it is what can wait."""

_SHORTEST, _LONGEST = 10.0, 120.0  # seconds between two passes that count


def allow(settings: Settings, name: str, elapsed: float | None) -> Looks:
    """The requests of the next pass of a connection, ``elapsed`` seconds after the last one (None
    for the first), and those of the long run.

    Connections with one key share its limit alike.
    """
    heymilo = settings.connections[name].heymilo
    sharing = sum(
        one.mode not in (Mode.OFF, Mode.CREATE_ONLY)
        and one.heymilo.api_key == heymilo.api_key
        and one.heymilo.base_url == heymilo.base_url
        for one in settings.connections.values()
    )
    per_second = SHARE * heymilo.requests_per_minute / 60.0 / max(1, sharing)
    passed = _LONGEST if elapsed is None else min(max(elapsed, _SHORTEST), _LONGEST)
    return Looks(max(1.0, per_second * passed), per_second, settings.schedule.greatest_age)
