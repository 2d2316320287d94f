"""The documentation as tests read it: pages, their headings, links, code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _FENCE.sub("", self.text)

    @property
    def blocks(self) -> Iterator[tuple[str, str]]:
        """Language and text of every code block, without the indentation of the list it is in."""
        for indent, language, body in _FENCE.findall(self.text):
            yield language, re.sub(f"^{indent}", "", body, flags=re.MULTILINE)

    @property
    def inline(self) -> list[str]:
        return [code.replace("\\|", "|") for code in _INLINE.findall(self.prose)]

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def headings(self) -> list[str]:
        return [title.strip().strip("`") for _, title in _HEADING.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """The names by which GitHub lets headings be linked to."""
        kept = (re.sub(r"[^\w\- ]", "", title.lower()) for title in self.headings)
        return {title.replace(" ", "-") for title in kept}

    def section(self, heading: str) -> str:
        """The text below a heading up to the next of its level; fails if there is none."""
        found = re.search(
            rf"^(#+) `?{re.escape(heading)}`?\n(.*?)(?=^\1 |\Z)",
            self.text,
            re.DOTALL | re.MULTILINE,
        )
        assert found, f"{self} has no section {heading!r}"
        return found[2]


def rows(text: str) -> list[list[str]]:
    """The cells of the first Markdown table in ``text``, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return cells[2:]


def page(name: str) -> Page:
    """The page of that path, counted from the repository."""
    return Page(ROOT / name)


PAGES = [
    *(page(name) for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *(Page(path) for path in sorted((ROOT / "docs").rglob("*.md"))),
]
