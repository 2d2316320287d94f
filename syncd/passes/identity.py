"""Who an installation and its connections are: the secret, the owner in the marks."""

import hashlib
import secrets
from urllib.parse import urlsplit

from syncd.ats.port import Ats
from syncd.errors import NotFound, UsageError
from syncd.heymilo.client import HeyMilo
from syncd.model.keyed import Keyed
from syncd.settings.schema import ConnectionSettings, Settings
from syncd.store import Store, keep
from syncd.store import connections as store
from syncd.store.connections import ConnectionRow
from syncd.store.hold import Hold

SECRET, FINGERPRINT = "secret", "secret fingerprint"


def open_keyed(settings: Settings, state: Store) -> Keyed:
    """The keyed hashes of this state.

    Without a secret in the settings one is made and kept in the state. Raises UsageError when the
    secret is not the one the state was written with, since nobody would be recognised any more.
    """
    with state.write() as tx:
        given = settings.secret.get_secret_value() if settings.secret else None
        secret = given or keep.put_once(tx, SECRET, secrets.token_urlsafe(32))
        keyed = Keyed(secret)
        known = keep.put_once(tx, FINGERPRINT, keyed.fingerprint())
    if known != keyed.fingerprint():
        raise UsageError(
            "The secret in the settings is not the one this state was written with; restore the "
            "old secret, or begin with an empty database (the marks rebuild it)."
        )
    return keyed


async def recognise(
    name: str,
    settings: Settings,
    connection: ConnectionSettings,
    state: Store,
    hold: Hold | None,
    heymilo: HeyMilo,
    ats: Ats,
) -> ConnectionRow:
    """The connection's row.

    Workspace and account are asked for once and remembered; together with the settings they make
    the owner that marks carry.
    """
    with state.read() as tx:
        known = store.get_connection(tx, name)
    row = known or ConnectionRow(name, "")
    workspace, account = row.workspace_id, row.account_id
    if workspace is None:
        workspace = await _workspace(connection, heymilo)
    if account is None:
        account = (await ats.account()).id
    installation = settings.installation or default_installation(
        workspace, connection.ats.type, account, name
    )
    fresh = ConnectionRow(name, f"{installation}/{name}", workspace, account, row.first_sync_at)
    if fresh != known:
        with state.write(hold) as tx:
            store.save_connection(tx, fresh)
    return fresh


def default_installation(workspace: str, ats_type: str, account: str, connection: str) -> str:
    """Twelve hex digits that stay the same when settings and state are lost."""
    told = "\n".join((workspace, ats_type, account, connection))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


async def _workspace(connection: ConnectionSettings, heymilo: HeyMilo) -> str:
    try:
        found = await heymilo.workspaces()
    except NotFound:
        found = []  # the operation is not in every published version (facts 1.17)
    return found[0].id if found else urlsplit(connection.heymilo.base_url).netloc
