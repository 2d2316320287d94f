"""What rules ask for that the ATS cannot do, by what its connector declares or looks up."""

from collections.abc import AsyncIterator, Iterator

from syncd.ats.port import Ats, Capabilities, Finding
from syncd.ats.registry import connector
from syncd.errors import RemoteError
from syncd.settings.problem import Problem
from syncd.settings.schema import ConnectionSettings, Settings, WritebackRule

# What a rule asks for, the capability that it needs, and what to do where that is not there.
_NEEDS = (
    ("reject", "rejects", "take reject out of the rule, and reject people by hand"),
    ("tag", "tags", "take tag out of the rule; a note or a stage can say the same"),
    ("score", "score_field", "write note = true, which tells the score"),
)


def find_unable(settings: Settings) -> Iterator[Problem]:
    """Which rules ask for what their ATS cannot do, by its connector's own declaration.

    A score is none of it where the note tells it all the same. May raise SettingsError, as
    :func:`syncd.ats.registry.connector` does.
    """
    for name, connection in settings.connections.items():
        type_ = connection.ats.type
        able = connector(type_).capabilities
        for number, rule in enumerate(connection.writeback):
            for asked, todo in _lacking(rule, able):
                if asked != "score" or not rule.note:
                    path = ("connections", name, "writeback", number, asked)
                    yield Problem(path, f'is more than an ATS of type "{type_}" can do; {todo}')


def find_untold_scores(
    connection: ConnectionSettings, able: Capabilities, label: str
) -> Iterator[Finding]:
    """Say of every rule that asks for a score that only its note tells."""
    for number, rule in enumerate(connection.writeback, start=1):
        if any(asked == "score" for asked, _ in _lacking(rule, able)):
            detail = f"asks for a score, which {label} has no field for: the note alone tells it"
            yield Finding(f"writeback rule {number}", None, detail)


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


def _lacking(rule: WritebackRule, able: Capabilities) -> Iterator[tuple[str, str]]:
    for asked, capability, todo in _NEEDS:
        if getattr(rule, asked) and not getattr(able, capability):
            yield asked, todo
