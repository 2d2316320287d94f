"""How a write that was refused is told to a person."""

from syncd.errors import Rejected


def refusal_text(what: str, error: Rejected) -> str:
    """Given what was refused, e.g. ``move application 7``, say so in a sentence.

    Without a status the connector itself knew that it cannot be done, and its sentence says why
    and what to do; nothing was asked of the ATS.
    """
    if error.status is None:
        return f"It is not possible to {what}. {error}"
    return f"The ATS refused to {what} (HTTP {error.status})."
