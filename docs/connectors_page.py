"""`docs/reference/connectors.md`: what each connector declares, and how far it was verified.

What a connector can do is read from the program. How a fact was verified is counted in the last
column of the tables of its own page.
"""

import re
from collections import Counter
from pathlib import Path

from syncd.ats.port import Capabilities, Connector
from syncd.ats.registry import connector, own_types

_PAGES = Path(__file__).parent / "reference"
_HEAD = """
# Connectors

This page is generated from the program, and from the pages of the connectors, by `make docs`.

Which ATSs syncd knows, what it does with each, and how that was verified. Nothing was tried
against a live account of any of them. [Write a connector](../how-to/write-a-connector.md) adds one.

## What each can do
"""
_ASKED = """
Where moves compare, the ATS itself refuses a move when somebody was faster; elsewhere the stage is
read right before. A rule that asks for what its ATS cannot do is refused with the settings; where
an ATS keeps no score, the note tells it.

## What is read, written, limited and signed

"""
_COUNTED = """
## How it was verified

The number of facts on each page, by how they were verified: on an answer of the real service that
was recorded, by the vendor's documentation or specification, or by nothing but public material. The
pages say what else there is, samples and specifications among it. What a folder's files hold is
syncd's own rule, tested on files as spreadsheets write them. With each of them the
[simulation](../explanation/proof.md#simulation) is played, too.

"""
_CAN = {
    "score_field": "score",
    "notes_listed": "notes are found again",
    "notes_edited": "notes are edited",
    "tags": "tags",
    "moves_compare": "moves compare",
    "rejects": "rejects",
    "tells_do_not_contact": "says who is not to be contacted",
    "tells_anonymised": "says who is anonymised",
}
_HOW = ("recorded", "vendor", "facts only")


def write_connectors() -> str:
    """The page: a row for every connector that syncd brings."""
    found = [connector(name) for name in own_types()]
    can = ["connector", *_CAN.values(), "webhooks"]
    parts = [_HEAD.lstrip(), "\n", _table(can, [_abilities(one) for one in found]), _ASKED]
    parts += [_does(one) for one in found]
    parts += [_COUNTED, _table(["connector", *_HOW], [_verified(one) for one in found])]
    return "".join(parts)


def _does(one: Connector) -> str:
    """What the tables of a connector's page are about, by section."""
    sections = re.split(r"^## ", _page(one), flags=re.MULTILINE)[1:]
    told = [f"**[{one.type}]({one.type}.md)**\n\n"]
    for section in sections:
        heading, _, body = section.partition("\n")
        rows = [line for line in body.splitlines() if line.startswith("|")][2:]
        if rows and heading != "Capabilities":
            what = "; ".join(line.split("|")[1].strip() for line in rows)
            told.append(f"- *{heading}*: {what}\n")
    return "".join(told) + "\n"


def _page(one: Connector) -> str:
    return (_PAGES / f"{one.type}.md").read_text("utf-8")


def _abilities(one: Connector) -> list[str]:
    able: Capabilities = one.capabilities
    cells = [_say(able, name) for name in _CAN]
    return [f"[{one.type}]({one.type}.md)", *cells, "yes" if one.hint else "no"]


def _say(able: Capabilities, name: str) -> str:
    if name == "score_field" and able.score_field and able.score_needs_setting:
        return "with `score_field`"
    return "yes" if getattr(able, name) else "no"


def _verified(one: Connector) -> list[str]:
    """How many rows of the page say each word first; a file that is syncd's own rule has none."""
    said: Counter[str] = Counter()
    for line in _page(one).splitlines():
        last = line.rstrip().removesuffix("|").rpartition("|")[2].strip()
        if match := re.match(rf"({'|'.join(_HOW)})\b", last):
            said[match[1]] += 1
    return [f"[{one.type}]({one.type}.md)", *(str(said[how]) for how in _HOW)]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
