"""Synthetic people: plainly made up, at example.com."""

from random import Random

_FIRST = (
    "Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett",
    "Kilo", "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango",
    "Uniform", "Victor", "Whiskey", "Xray", "Yankee", "Zulu",
)  # fmt: skip
_LAST = ("Sample", "Example", "Specimen", "Tester", "Placeholder", "Model", "Fixture", "Dummy")


def make_person(random: Random, number: int) -> tuple[str, str, str]:
    """A name, an address and a phone number; ``number`` keeps addresses apart."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    phone = f"+1202555{100 + number % 100:04d}"
    return f"{first} {last}", f"{first}.{last}.{number}@example.com".lower(), phone
