"""Texts on their way from an ATS to HeyMilo: readable, plain, and never too long.

HeyMilo takes titles of 3 to 200 characters and descriptions of 10 to 50,000 (its API schema);
an ATS sends HTML a recruiter pasted from anywhere.
"""

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser

TITLE_LEAST = 3
TITLE_MOST = 200
DESCRIPTION_LEAST = 10
DESCRIPTION_MOST = 50_000

_ELLIPSIS = "…"

# How much HTML is looked at for one character of text: markup pasted from a word processor is
# often ten times its text; what lies beyond is cut, so that no input costs more than a moment.
_MARKUP_PER_CHARACTER = 20
_INPUT_MOST = 1_000_000

_TAG = re.compile(r"<[a-zA-Z/!?]")
# fmt: off
_PARAGRAPHS = frozenset((
    "address", "article", "aside", "blockquote", "body", "dl", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "p", "pre",
    "section", "table",
))
_LINES = frozenset((
    "br", "caption", "dd", "div", "dt", "figcaption", "legend", "li", "summary", "tr",
))
# fmt: on
_LISTS = frozenset(("ul", "ol", "menu"))
_CELLS = frozenset(("td", "th"))
_UNREAD = frozenset(["script", "style", "template", "svg", "iframe", "object", "title"])


# How the reader writes "a new line, whatever came before"; white space in data never holds it.
_NEW_LINE = "\v"


class _Reader(HTMLParser):
    """Collects text with line breaks where a browser would show them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unread: list[str] = []
        self._lists = 0

    @property
    def text(self) -> str:
        return re.sub(rf" *{_NEW_LINE}[ {_NEW_LINE}]*", "\n", "".join(self._parts))

    def _put(self, part: str) -> None:
        self._parts.append(part)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread.append(tag)
        elif tag == "li":
            self._put(f"{_NEW_LINE}- ")
        elif tag in _LISTS:
            self._put(_NEW_LINE if self._lists else "\n\n")
            self._lists += 1
        elif tag in _PARAGRAPHS:
            self._put("\n\n")
        elif tag in _LINES:
            self._put("\n" if tag == "br" else _NEW_LINE)
        elif tag in _CELLS:
            self._put(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # "<svg/>" holds nothing, so nothing after it is left unread.
        if tag not in _UNREAD:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            if tag in self._unread:
                while self._unread.pop() != tag:
                    pass
        elif tag in _LISTS:
            self._lists = max(0, self._lists - 1)
            self._put(_NEW_LINE if self._lists else "\n\n")
        elif tag in _PARAGRAPHS:
            self._put("\n\n")
        elif tag in _LINES:
            self._put(_NEW_LINE)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._put(re.sub(r"\s+", " ", data))


def html_to_text(html: str | None, limit: int = DESCRIPTION_MOST) -> str:
    """Given HTML (or plain text), return readable plain text of at most ``limit`` characters.

    Paragraphs are set apart by an empty line, list items begin with ``- ``, entities are resolved,
    scripts, styles and comments dropped. A text without any tag keeps its own lines. What is too
    long is cut at a word and ends in ``…``. Never raises; the empty text stands for nothing.
    """
    if not html or limit < 1:
        return ""
    source = html[: min(_INPUT_MOST, limit * _MARKUP_PER_CHARACTER + 10_000)]
    if not _TAG.search(source):
        return _shorten(_tidy(unescape(source)), limit)
    reader = _Reader()
    markup, rest = _closed(_without_comments(source))
    reader.feed(markup)
    reader.close()
    reader.handle_data(unescape(rest))
    return _shorten(_tidy(reader.text), limit)


def fit_title(text: str, limit: int = TITLE_MOST) -> str:
    """Given a title, return it on one line, without control characters, cut at a word if too long.

    At most ``limit`` characters come back, the ``…`` of a cut included.
    """
    return _shorten(" ".join(_clean(text).split()), limit)


def title_problem(title: str) -> str | None:
    """Given a fitted title, say why HeyMilo would refuse it, or return None."""
    if len(title) < TITLE_LEAST:
        return f"the title has {len(title)} characters, and HeyMilo wants at least {TITLE_LEAST}"
    if len(title) > TITLE_MOST:
        return f"the title has {len(title)} characters, and HeyMilo takes at most {TITLE_MOST}"
    return None


def description_text(html: str | None) -> str | None:
    """Given a job's description as the ATS has it, return what HeyMilo gets, or None.

    None means that it is left out: it is shorter than HeyMilo takes.
    """
    text = html_to_text(html, DESCRIPTION_MOST)
    return text if len(text) >= DESCRIPTION_LEAST else None


def _without_comments(html: str) -> str:
    """Drop comments; one that never ends hides the rest, as in a browser.

    Done before parsing, because the parser looks for the end of every unended comment anew.
    """
    kept: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start + 2)
        if end < 0:
            return "".join(kept)
        at = end + 3
    kept.append(html[at:])
    return "".join(kept)


def _closed(html: str) -> tuple[str, str]:
    """Split after the last ``>``: behind it no tag can end, so nothing there is markup."""
    at = html.rfind(">") + 1
    return html[:at], html[at:]


def _clean(text: str) -> str:
    """Drop what no reader sees and no JSON should carry: controls, lone surrogates, marks of order.

    Line ends and tabs stay; joiners stay, because emoji and several scripts need them.
    """
    return "".join(
        c
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
        if c in "\n\t"
        or c in "\u200c\u200d"
        or unicodedata.category(c) not in ("Cc", "Cs", "Cf", "Co")
    )


def _tidy(text: str) -> str:
    """One space between words, no space at line ends, at most one empty line, no empty items."""
    lines = [" ".join(line.split()) for line in _clean(text).split("\n")]
    out: list[str] = []
    item_waits = False
    for line in lines:
        if line == "-":
            # The text of an item may stand in a paragraph of its own.
            item_waits = True
            continue
        if not line:
            if not item_waits and out and out[-1]:
                out.append("")
            continue
        out.append(f"- {line}" if item_waits and not line.startswith("- ") else line)
        item_waits = False
    return "\n".join(out).strip()


def _shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut at white space where one is near, and marked as cut."""
    if len(text) <= limit:
        return text
    room = limit - len(_ELLIPSIS)
    if room < 1:
        return _ELLIPSIS[:limit]
    cut = text[:room]
    if not text[room].isspace():
        at = max(cut.rfind(" "), cut.rfind("\n"))
        if at >= room // 2:
            cut = cut[:at]
        else:
            # Inside one long word: not between a letter and its accent, nor inside an emoji.
            while cut and (
                unicodedata.combining(text[len(cut)]) or "\u200d" in (cut[-1], text[len(cut)])
            ):
                cut = cut[:-1]
    return cut.rstrip(" \n-–—,;:") + _ELLIPSIS
