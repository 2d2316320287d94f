"""What rules ask for that the ATS cannot do, by what its connector declares or looks up."""

from collections.abc import AsyncIterator, Iterator

from syncd.ats.port import Ats, Capabilities, Finding
from syncd.errors import RemoteError
from syncd.settings.schema import ConnectionSettings, WritebackRule

# What a rule asks for, the capability that it needs, and what to do where that is not there.
_NEEDS = (
    ("reject", "rejects", "Take reject out of the rules, and reject people by hand."),
    ("tag", "tags", "Take tag out of the rules; a note or a stage can say the same."),
    ("score", "score_field", "Leave note = true: it tells the score."),
)


def find_unable(
    connection: ConnectionSettings, able: Capabilities, label: str
) -> Iterator[Finding]:
    """Given a connection, what its ATS can do and what it is called, say which rules ask for more.

    Such a write is never made. A score is no error where it is asked for by default, or where the
    note tells it all the same.
    """
    for number, rule in enumerate(connection.writeback, start=1):
        for asked, capability, todo in _NEEDS:
            if _asks(rule, asked) and not getattr(able, capability):
                yield Finding(
                    f"writeback rule {number}",
                    None if asked == "score" and rule.note else False,
                    f"asks for {asked}, which {label} cannot do, so it is left out",
                    todo,
                )


async def find_unknown_reasons(connection: ConnectionSettings, ats: Ats) -> AsyncIterator[Finding]:
    """Say of every rule that rejects whether the ATS knows its reason; nothing is written.

    Otherwise that would show with the first person who is to be rejected.
    """
    for number, rule in enumerate(connection.writeback, start=1):
        if not rule.reject or not ats.capabilities.rejects:
            continue
        what = f"writeback rule {number}"
        try:
            await ats.prepare(reject_reason=rule.reject_reason)
        except RemoteError as error:
            yield Finding(what, False, str(error))
        else:
            named = f'for the reason "{rule.reject_reason}"' if rule.reject_reason else "people"
            yield Finding(what, True, f"rejects {named}")


def _asks(rule: WritebackRule, what: str) -> bool:
    return bool(getattr(rule, what))
