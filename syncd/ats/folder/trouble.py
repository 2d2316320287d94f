"""What may be wrong with the files, each in a sentence that says where and what to do.

A sentence may name a file, a line and a column. It never repeats a cell, which may be anybody's.
"""

from syncd.errors import NotSent, Rejected, Uncertain

SIDE = "The folder"


def wrong(sentence: str, *, file: str, code: str) -> Rejected:
    """A file that a person must put right; a later pass reads it then."""
    return Rejected(sentence, side=SIDE, request=f"read {file}", code=code)


def unsettled(file: str) -> Uncertain:
    """A file that is being written; the next pass reads it."""
    return Uncertain(
        f"{file} is still being written; it is left for the next pass.",
        side=SIDE,
        request=f"read {file}",
        code="unsettled",
    )


def vanished(file: str) -> Uncertain:
    """A file that was there, or should be, and is not: no proof that there is nothing in it."""
    return Uncertain(
        f"{file} is not in the folder; put it there, and the next pass reads it.",
        side=SIDE,
        request=f"read {file}",
        code="missing",
    )


def unreachable(file: str, reason: str) -> Uncertain:
    """A file that the system does not let syncd read."""
    return Uncertain(
        f"{file} cannot be read ({reason}); see to it that the user who runs syncd may read it.",
        side=SIDE,
        request=f"read {file}",
        code="unreadable",
    )


def unwritten(reason: str) -> NotSent:
    """A result that certainly does not stand in the folder."""
    return NotSent(
        f"A result could not be written into the folder results ({reason}); see to its permissions "
        "and space, and it will be tried again.",
        side=SIDE,
        request="write results",
    )


def half_written(reason: str) -> Uncertain:
    """A result of which nobody can tell whether it stands there."""
    return Uncertain(
        f"A result was not surely written into the folder results ({reason}); the next look will "
        "show what is true.",
        side=SIDE,
        request="write results",
    )


def why(error: OSError) -> str:
    """The system's own word for an error, without the path."""
    return (error.strerror or type(error).__name__).lower()
