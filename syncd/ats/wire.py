"""Reading what a remote side sent, without trusting a single field of it.

A value of an unexpected kind becomes None (or False), never an exception: one odd field of one
row must not stop a page. Only what makes a row a row, its ids, is required by the connectors.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

_LATEST_MS = 253_402_300_800_000  # the year 10000, which no date can say any more
_PRINTABLE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def text_of(value: object) -> str | None:
    """A text or a number as trimmed text; anything else, and the empty text, as None."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def flag_of(value: object) -> bool:
    """Whether a flag is set; a text like ``"false"`` or ``"0"`` counts as not set."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "0", "false", "no", "null")
    return bool(value)


def moment_of(value: object) -> float | None:
    """An ISO 8601 time as epoch seconds; None if it is missing or unreadable.

    Fractions, ``Z``, offsets and bare days are read; without an offset UTC is meant. A year like 1,
    which some systems write for no time at all, is none.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        epoch = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return epoch if epoch > 0 else None


def millis_of(value: object) -> float | None:
    """Epoch milliseconds, as a number or its digits, as epoch seconds; None if there are none."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = float(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value / 1000 if 0 < value < _LATEST_MS else None


def time_of(value: object) -> float | None:
    """A time as epoch seconds where a vendor writes ISO 8601 or epoch milliseconds, depending on
    the age of what answers; None if it is neither."""
    told = moment_of(value)
    return millis_of(value) if told is None else told


def moment_text(epoch: float) -> str:
    """Epoch seconds as ISO 8601 in UTC, whole seconds, e.g. ``2026-11-23T22:00:00Z``."""
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def mapping_of(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


Text = Annotated[str | None, BeforeValidator(text_of)]
Id = Annotated[str, BeforeValidator(text_of)]
Flag = Annotated[bool, BeforeValidator(flag_of)]
Moment = Annotated[float | None, BeforeValidator(moment_of)]
Time = Annotated[float | None, BeforeValidator(time_of)]
Nested = Annotated[Mapping[str, Any], BeforeValidator(mapping_of)]


def folded(text: str) -> str:
    """A name as a person compares it: case, spaces and typographic apostrophes do not count."""
    return " ".join(text.replace("’", "'").split()).casefold()


class Row(BaseModel):
    """One row of an answer: further fields are ignored, errors never show a value."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class CamelRow(Row):
    """A row whose fields the vendor writes in camel case: ``created_at`` is ``createdAt``."""

    model_config = ConfigDict(alias_generator=to_camel)


R = TypeVar("R", bound=Row)


def read_row(model: type[R], raw: object) -> R | None:
    """Given one row of an answer, return it read, or None if its ids are missing."""
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def printable_ids(rows: Sequence[object]) -> str:
    """The ids of unusable rows for a log line, and nothing else of them."""
    ids = [text_of(mapping_of(row).get("id")) or "" for row in rows[:10]]
    return ", ".join(i if _PRINTABLE_ID.fullmatch(i) else "?" for i in ids)
