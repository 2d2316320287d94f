"""Webhook registrations at HeyMilo: one for each live posting and event, while we can be reached.

They only hasten what polling finds anyway, so they come last, a few dozen in a pass, and a refusal
stops nothing. HeyMilo signs nothing: the address itself is the secret: the published
descriptions know no signature and no secret, and one registration per posting and event.
"""

from collections.abc import Collection
from dataclasses import replace
from urllib.parse import quote

from syncd.errors import CredentialsRefused, NotFound, Rejected, RemoteError
from syncd.heymilo.wire import Webhook
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent, Outcome
from syncd.phases.context import DAY, Context
from syncd.phases.postings.keep import OURS
from syncd.plan import Change, Kind
from syncd.settings.schema import Mode
from syncd.store import Tx, feeds
from syncd.store import postings as posting_store
from syncd.store import webhooks as store
from syncd.store.postings import PostingRow
from syncd.store.webhooks import WebhookRow

EVENTS = ("interview_completed", "report_available")
MOST_CHANGES = 40  # registrations added or removed in one pass: invitations come first
LOOK = DAY  # seconds between looks at what is registered, when there seems nothing to do

_FEED = "webhooks"
_REFUSED = "refused"  # what the feed holds while HeyMilo takes no registrations

Wanted = tuple[str, str]  # posting, event


def path(connection: str, posting_id: str, token: str) -> str:
    """Where below ``daemon.public_url`` HeyMilo is to send a posting's events."""
    return f"/webhooks/heymilo/{quote(connection, safe='')}/{quote(posting_id, safe='')}/{token}"


async def tend_webhooks(ctx: Context) -> None:
    """Register what is missing and remove what is left over, after a look at what is there."""
    with ctx.read() as tx:
        known = store.all_webhooks(tx, ctx.name)
        postings = list(posting_store.all_postings(tx, ctx.name).values())
        feed = feeds.get(tx, ctx.name, _FEED)
    wanted = _wanted(ctx, postings)
    if not wanted and not known:
        return
    looked = feed.complete_as_of
    fresh = looked is not None and 0 <= ctx.heymilo.remote_now() - looked < LOOK
    if fresh and feed.resume == _REFUSED:
        _tell_refused(ctx)
        return
    registered = {((row.posting_id, row.event), row.address) for row in known}
    if fresh and len(known) == len(registered) and registered == set(wanted.items()):
        return
    try:
        await _bring_in_line(ctx, wanted, {row.webhook_id: row for row in known})
    except CredentialsRefused:
        raise
    except Rejected:
        _tell_refused(ctx)
        feed = replace(feed, complete_as_of=ctx.heymilo.remote_now(), resume=_REFUSED)
        with ctx.commit() as tx:
            feeds.save(tx, feed)
    except RemoteError as error:
        ctx.report.put_off(str(error))


def _wanted(ctx: Context, postings: Collection[PostingRow]) -> dict[Wanted, str]:
    """What is to be registered, with a keyed hash of the address."""
    if not ctx.public_url or ctx.settings.mode is not Mode.SYNC:
        return {}
    live = [
        p.posting_id
        for p in postings
        if p.live and p.role == OURS and not p.native and not p.posting_id.startswith("planned:")
    ]
    return {(p, event): _hashed(ctx, _url(ctx, p)) for p in sorted(live) for event in EVENTS}


def _url(ctx: Context, posting_id: str) -> str:
    return ctx.public_url + _path(ctx, posting_id)


def _path(ctx: Context, posting_id: str) -> str:
    return path(ctx.name, posting_id, ctx.keyed.webhook(ctx.name, posting_id))


def _hashed(ctx: Context, url: str) -> str:
    return ctx.keyed.digest("webhook address", url)


async def _bring_in_line(
    ctx: Context, wanted: dict[Wanted, str], known: dict[str, WebhookRow]
) -> None:
    began = ctx.heymilo.remote_now()
    held: dict[Wanted, WebhookRow] = {}
    surplus: list[WebhookRow] = []
    async for page in ctx.heymilo.webhooks():
        for hook in page:
            # What the state knows of one counts: a list may show its address otherwise.
            row = known.get(hook.webhook_id) or _row(ctx, hook)
            place = (row.posting_id, row.event)
            if wanted.get(place) == row.address and place not in held:
                held[place] = row
            elif row.webhook_id in known or _is_ours(ctx, hook, row):
                surplus.append(row)
    listed = {row.webhook_id for row in (*held.values(), *surplus)}
    with ctx.commit() as tx:
        store.remove_webhooks(tx, ctx.name, known.keys() - listed)
        store.save_webhooks(tx, [*held.values(), *surplus])
    missing = [place for place in wanted if place not in held]
    for row in surplus[:MOST_CHANGES]:
        await _remove(ctx, row)
    for posting_id, event in missing[: max(0, MOST_CHANGES - len(surplus))]:
        await _add(ctx, posting_id, event, wanted[posting_id, event])
    ctx.report.counts["webhooks left for later"] += max(
        0, len(missing) + len(surplus) - MOST_CHANGES
    )
    if not ctx.writer.rehearsing:
        with ctx.commit() as tx:
            feeds.save(tx, feeds.Feed(ctx.name, _FEED, complete_as_of=began))


def _is_ours(ctx: Context, hook: Webhook, row: WebhookRow) -> bool:
    """Whether a registration that nobody wants is ours to remove: it has our posting's token."""
    return hook.url.endswith(_path(ctx, row.posting_id))


def _row(ctx: Context, hook: Webhook) -> WebhookRow:
    return WebhookRow(
        connection=ctx.name,
        webhook_id=hook.webhook_id,
        posting_id=hook.posting_id[:200],
        event=hook.event_type[:60],
        address=_hashed(ctx, hook.url),
    )


async def _add(ctx: Context, posting_id: str, event: str, hashed: str) -> None:
    change = Change(
        Kind.HOOK,
        "daemon.public_url is set",
        posting_id=posting_id,
        values={"event": event},
    )

    async def send(slot: Slot) -> Ids:
        url = _url(ctx, posting_id)
        hook = await ctx.heymilo.create_webhook(posting_id, url, event, slot)
        return {intent.key: hook.webhook_id}

    def effects(tx: Tx, ids: Ids) -> None:
        webhook_id = ids[intent.key]
        if webhook_id:
            row = WebhookRow(ctx.name, webhook_id, posting_id, event, hashed)
            store.save_webhooks(tx, [row])

    intent = Intent(_key(ctx, change, f"{posting_id}/{event}"), change, hashed)
    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send, effects)
    _require(outcome)
    ctx.report.counts["webhooks registered"] += len(outcome.confirmed)


async def _remove(ctx: Context, row: WebhookRow) -> None:
    change = Change(
        Kind.UNHOOK,
        "its posting is no longer live, or the address changed",
        posting_id=row.posting_id,
        values={"event": row.event},
    )

    async def send(slot: Slot) -> Ids:
        await ctx.heymilo.delete_webhook(row.webhook_id, slot)
        return {intent.key: row.webhook_id}

    def effects(tx: Tx, ids: Ids) -> None:
        store.remove_webhooks(tx, ctx.name, [row.webhook_id])

    intent = Intent(_key(ctx, change, row.webhook_id), change, row.address)
    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send, effects)
    if isinstance(outcome.error, NotFound):  # somebody else removed it
        with ctx.commit() as tx:
            store.remove_webhooks(tx, ctx.name, [row.webhook_id])
        return
    _require(outcome)
    ctx.report.counts["webhooks removed"] += len(outcome.confirmed)


def _key(ctx: Context, change: Change, what: str) -> str:
    """A key of its own for each time, since what was registered once may be missing again."""
    return f"{change.kind}/{what}/{int(ctx.clock.now() * 1000)}"


def _require(outcome: Outcome) -> None:
    """Pass on what went wrong; whatever it was, the next look shows what is registered."""
    if outcome.error is not None:
        raise outcome.error


def _tell_refused(ctx: Context) -> None:
    ctx.tell(
        "webhook.refused",
        ctx.name,
        "HeyMilo does not take webhook registrations with this key, so results are found by "
        "polling alone.",
        "Let the key manage webhooks, or empty daemon.public_url; it is tried again every day.",
    )
