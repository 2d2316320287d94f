"""Webhooks that syncd registered at HeyMilo."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from syncd.store.state import Tx
from syncd.store.tables import webhook
from syncd.store.upsert import chunked, upsert


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """One registration; ``address`` is a keyed hash of its URL."""

    connection: str
    webhook_id: str
    posting_id: str
    event: str
    address: str


def all_webhooks(tx: Tx, connection: str) -> list[WebhookRow]:
    """Every registration of a connection that the state knows."""
    found = tx.execute(
        select(webhook).where(webhook.c.connection == connection).order_by(webhook.c.webhook_id)
    )
    return [WebhookRow(**row._mapping) for row in found]


def save_webhooks(tx: Tx, rows: Sequence[WebhookRow]) -> None:
    """Insert or replace registrations."""
    upsert(tx, webhook, [asdict(row) for row in rows])


def remove_webhooks(tx: Tx, connection: str, ids: Collection[str]) -> None:
    """Forget registrations."""
    for chunk in chunked(sorted(ids)):
        tx.execute(
            delete(webhook).where(
                webhook.c.connection == connection, webhook.c.webhook_id.in_(chunk)
            )
        )
