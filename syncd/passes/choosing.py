"""Which connection a command is about, when it names a job and perhaps no connection."""

from syncd.errors import UsageError
from syncd.settings.schema import Mode, Settings
from syncd.store import Store, migrate
from syncd.store import jobs as job_store


def connection_of_job(settings: Settings, state: Store, job_id: str, named: str | None) -> str:
    """The connection that was named, or else the only one, or the only one that knows the job.

    Raises UsageError when that is none or several.
    """
    if named is not None:
        if named not in settings.connections:
            known = ", ".join(sorted(settings.connections))
            raise UsageError(f"There is no connection {named!r} in the settings; there is {known}.")
        return named
    names = sorted(settings.connections)
    if len(names) == 1:
        return names[0]
    if not state.exists() or migrate.known(state) is None:
        names = []
    else:
        with state.read() as tx:
            names = [name for name in names if job_id in job_store.all_jobs(tx, name)]
    if len(names) != 1:
        found = (
            "No connection knows" if not names else f"Several connections ({', '.join(names)}) know"
        )
        raise UsageError(f"{found} job {job_id!r}: name one with --connection.")
    return names[0]


def require_mode(settings: Settings, name: str, *allowed: Mode) -> None:
    """Raise UsageError unless the connection's mode is one of these."""
    mode = settings.connections[name].mode
    if mode not in allowed:
        wanted = " or ".join(f'"{one}"' for one in allowed)
        raise UsageError(
            f'Connection {name!r} has mode "{mode}", in which nobody does this; '
            f"set mode = {wanted}."
        )
