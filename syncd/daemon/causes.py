"""What people are notified of: causes, each with words, and what became of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syncd.daemon.health import PassEnd
from syncd.errors import ExitCode
from syncd.store import Store, attention, notices, overview

CREDENTIALS = "credentials"
ITEM, GUARD = "attention/", "guard/"
MOST_LINES = 20

_GUARDS = {"archive": "archivals", "update": "updates", "ingest": "invitations"}


@dataclass(frozen=True, slots=True)
class News:
    """What one message tells of a connection: causes that are new, and causes that are over.

    Both by key, with a sentence or two each; no names, no addresses, no secrets.
    """

    connection: str
    new: dict[str, str]
    over: dict[str, str]

    @property
    def title(self) -> str:
        """The message's subject."""
        if not self.new:
            return f"syncd: {self.connection} is in order again in {_counted(self.over)}"
        verb = "needs" if len(self.new) == 1 else "need"
        return f"syncd: {self.connection}: {_counted(self.new)} {verb} a person"

    @property
    def body(self) -> str:
        """The message."""
        parts = list(_lines(self.new.values()))
        if self.over:
            parts += [*([""] if parts else []), "No longer:", *_lines(self.over.values())]
        return "\n".join(parts)


def find_news(store: Store, end: PassEnd) -> News:
    """What is to be told after a pass, given what people know already.

    Raises StateError when the state cannot be read.
    """
    name = end.connection
    with store.read() as tx:
        known = notices.told(tx, name)
        present = {
            f"{ITEM}{item.item_id}": f"[{item.item_id}] {item.reason} {item.todo}"
            for item in attention.open_items(tx, name)
        }
        for group in overview.held_back(tx, name):
            what = _GUARDS.get(group.guard, "changes")
            present[f"{GUARD}{group.guard}"] = (
                f"A guard holds back {group.items} {what}. Look with `syncd plan`; if they are "
                f"right: `syncd reconcile --approve {group.hash}`."
            )
        if _refused(end, known):
            present[CREDENTIALS] = (
                "A remote side refuses the credentials; nothing more is tried with them. "
                "`syncd check` says which."
            )
        gone = sorted(known - present.keys())
        over = {cause: _said(cause) for cause in gone}
    new = {cause: text for cause, text in present.items() if cause not in known}
    return News(name, new, over)


def _refused(end: PassEnd, known: Collection[str]) -> bool:
    """Whether credentials are refused now; what a pass did not find out is as it was."""
    if ExitCode.CREDENTIALS in end.codes:
        return True
    worked = any(outcome in ("done", "unfinished") for outcome, _ in end.phases.values())
    return CREDENTIALS in known and not worked


def _said(cause: str) -> str:
    if cause.startswith(ITEM):
        return f"[{cause.removeprefix(ITEM)}] is settled or was dismissed."
    if cause.startswith(GUARD):
        guard = cause.removeprefix(GUARD)
        return f"Nothing is held back of the {_GUARDS.get(guard, 'changes')} any more."
    return "The credentials are accepted again."


def _counted(causes: Collection[str]) -> str:
    return f"{len(causes)} matter" + ("" if len(causes) == 1 else "s")


def _lines(texts: Collection[str]) -> Sequence[str]:
    lines = [f"- {text}" for text in list(texts)[:MOST_LINES]]
    more = len(texts) - len(lines)
    return [*lines, f"- and {more} more: `syncd attention list`"] if more else lines
