"""What is sent of a person, and what keeps somebody from being sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

import email_validator
import phonenumbers

# Whether an address exists is HeyMilo's business; names reserved for tests are good syntax. The
# library documents changing this list as the way to say so.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


# What nearly every address looks like. All of these are valid, and saying so takes the library a
# hundred times as long, which counts when a hundred thousand rows are read.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@"
    r"(?:[A-Za-z0-9](?:-?[A-Za-z0-9]){0,31}\.)+[A-Za-z]{2,63}"
)
_LONGEST = 254  # characters of an address (RFC 5321, 4.5.3.1.3)


class Problem(StrEnum):
    """Why an application cannot be sent as it is. The value stands in the state."""

    NO_EMAIL = "no_email"
    BROKEN_EMAIL = "broken_email"
    BLANK_NAME = "blank_name"
    REFUSED = "refused"  # HeyMilo refused this row
    HIDDEN = "hidden"  # HeyMilo says they are there, and does not show them
    FORGOTTEN = "forgotten"  # a later application of somebody who was forgotten

    @property
    def sentence(self) -> str:
        """The reason as a person reads it in ``attention``."""
        return _SENTENCES[self]

    @property
    def todo(self) -> str:
        return _TODO[self]


_SENTENCES = {
    Problem.NO_EMAIL: "The applicant has no e-mail address, so no invitation can be sent.",
    Problem.BROKEN_EMAIL: "The applicant's e-mail address is not one.",
    Problem.BLANK_NAME: "The applicant has no name.",
    Problem.REFUSED: "HeyMilo refused this applicant's data.",
    Problem.HIDDEN: "HeyMilo says that this applicant is there already, but does not show them.",
    Problem.FORGOTTEN: "The applicant was forgotten on request and has applied again.",
}
_AGAIN = "syncd tries again when the applicant changes."
_TODO = {
    Problem.NO_EMAIL: f"Fill in the address in the ATS; {_AGAIN}",
    Problem.BROKEN_EMAIL: f"Correct the address in the ATS; {_AGAIN}",
    Problem.BLANK_NAME: f"Fill in the name in the ATS; {_AGAIN}",
    Problem.REFUSED: f"Look at the applicant's name, address and phone number in the ATS; {_AGAIN}",
    Problem.HIDDEN: "Look for the applicant in HeyMilo: who was erased there may be refused for "
    "good. `syncd attention retry` sends them again; dismiss this otherwise.",
    Problem.FORGOTTEN: "`syncd attention retry` lets this person in again; dismiss this otherwise.",
}


@dataclass(frozen=True, slots=True)
class Person:
    """What HeyMilo is told of a person; lives in memory only."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)


def find_problem(name: str, email: str | None) -> Problem | None:
    """What is wrong with an applicant's name or address, by syntax alone; None if nothing."""
    if email is None or not email.strip():
        return Problem.NO_EMAIL
    if not is_address(email):
        return Problem.BROKEN_EMAIL
    if not name.strip():
        return Problem.BLANK_NAME
    return None


def is_address(email: str) -> bool:
    """Whether the text is an e-mail address by its syntax; no name server is asked."""
    address = email.strip()
    if len(address) <= _LONGEST and _PLAIN.fullmatch(address):
        return True
    try:
        email_validator.validate_email(address, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def make_person(name: str, email: str, phone: str | None, region: str) -> Person:
    """Given an applicant without a problem, return what is sent; a broken phone is left out."""
    return Person(" ".join(name.split()), email.strip(), to_e164(phone, region))


def to_e164(phone: str | None, region: str) -> str | None:
    """``phone`` like +14155550123, read in ``region`` when it has no country code, or None."""
    if not phone or not phone.strip() or len(phone) > 60:
        return None
    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_among(email: str, patterns: Sequence[str]) -> bool:
    """Whether an address matches one of the patterns; no pattern admits everyone."""
    address = email.strip().casefold()
    return not patterns or any(fnmatchcase(address, p.strip().casefold()) for p in patterns)
