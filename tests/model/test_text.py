"""Texts from an ATS become what HeyMilo takes, whatever they hold."""

import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.text import description_text, fit_title, html_to_text, title_problem

RECORDINGS = Path(__file__).resolve().parents[3] / "shared/ats/data/workable/recordings-nango"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>Two<br/>Three</p>", "One\nTwo\nThree"),
        (
            "<p>Do:</p><ul> <li>this</li>\n<li>that</li></ul><p>End</p>",
            "Do:\n\n- this\n- that\n\nEnd",
        ),
        ("<ul><li><p>this</p></li><li><p>that</p></li></ul>", "- this\n\n- that"),
        ("<ol><li>one<ul><li>inner</li></ul></li><li>two</li></ol>", "- one\n- inner\n- two"),
        ("<b>bold</b><i> and</i>\n  <span>so  on</span>", "bold and so on"),
        (
            "Research &amp; Development &lt;remote&gt; &#8364;60k &nbsp; a&nbsp;b",
            "Research & Development <remote> €60k a b",
        ),
        ("<p>R&amp;D &lt;b&gt;</p>", "R&D <b>"),
        ("<style>p{color:red}</style><p>Text<script>alert('<p>no</p>')</script></p>", "Text"),
        ("<!-- hidden <p>x</p> --><p>shown</p><!-- open", "shown"),
        ("<svg><title>icon</title><text>x</text></svg>seen<svg/> too", "seen too"),
        ("<template><p>later</p></template><p>now</p>", "now"),
        (
            "<table><tr><td>Pay</td><td>60</td></tr><tr><td>Days</td><td>30</td></tr></table>",
            "Pay 60\nDays 30",
        ),
        ("Line one\nLine two\n\n\n\n- item", "Line one\nLine two\n\n- item"),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>cut off <a href='", "cut off <a href='"),
        ("<p>soft\u00adhyphen\u200b\ufeff nul\x00 bell\x07</p>", "softhyphen nul bell"),
        ("<p>lone \ud800 half</p>", "lone half"),
        ("<P>Upper</P><DIV>Case</DIV>", "Upper\n\nCase"),
        ("", ""),
        (None, ""),
        ("<p>  </p><ul><li></li></ul>", ""),
    ],
)
def test_html_reads_like_the_page(html: str | None, text: str) -> None:
    assert html_to_text(html) == text


def test_a_long_text_is_cut_at_a_word_and_says_so() -> None:
    text = html_to_text("<p>" + "lorem ipsum " * 10_000 + "</p>", 1_000)
    assert len(text) <= 1_000
    assert text.endswith(("lorem…", "ipsum…"))
    assert len(text) > 980


def test_text_as_long_as_the_limit_is_left_alone() -> None:
    exact = "abcd " * 199 + "abcde"
    assert len(exact) == 1_000
    assert html_to_text(exact, 1_000) == exact
    assert html_to_text(f"<p>{exact}</p>", 1_000) == exact


def test_markup_many_times_its_text_is_read_to_the_end() -> None:
    pasted = "".join(
        f'<p class="x" style="{"margin:0;" * 20}"><span>w{n}</span></p>' for n in range(200)
    )
    assert html_to_text(pasted).endswith("w199")


# Each of these makes some parsers take a time that grows with the square of the length.
HOSTILE = {
    "angles": "<" * 10**6,
    "unended tags": "<a " * 300_000,
    "unended comments": "<!--" * 250_000,
    "instructions": "<?" * 500_000,
    "declarations": "<!" * 500_000,
    "attributes": "<a" + " a" * 400_000 + ">",
    "quotes": "<a a='" * 150_000 + ">",
    "unended script": "<p>x</p>" + "<script></" * 100_000,
    "nested": "<div>" * 200_000,
    "unread nested": "<svg>" * 100_000 + "</svg>" * 50_000,
    "references": "<p>" + "&#" * 400_000,
    "blanks": "<p>" + " " * 10**6,
    "items": "<li>" * 250_000,
    "one word": "x" * 10**6,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_markup_is_bounded_in_time_and_length(html: str) -> None:
    began = time.process_time()
    text = html_to_text(html)
    assert time.process_time() - began < 8  # the square of any of these lengths takes minutes
    assert len(text) <= 50_000


TAGS = ("<p>", "</p>", "<ul>", "<li>", "</li>", "<br>", "<script>", "</script>", "<svg>", "</svg>")
PIECES = (
    "<!--",
    "-->",
    "&amp;",
    "&#x1F600;",
    "&nbsp;",
    "<",
    ">",
    "\n",
    "  ",
    "\ud83d",
    "\x00",
    "-",
)
markup = st.lists(
    st.sampled_from(TAGS) | st.sampled_from(PIECES) | st.text(max_size=20), max_size=40
).map("".join)


@given(markup, st.integers(0, 120))
def test_any_input_gives_clean_bounded_text(html: str, limit: int) -> None:
    text = html_to_text(html, limit)
    assert len(text) <= limit
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert not any(line != line.strip() or "  " in line for line in text.split("\n"))
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in text)
    text.encode()


@given(st.lists(st.from_regex(r"[a-zA-Z0-9]{1,12}", fullmatch=True), min_size=1, max_size=30))
def test_no_word_is_lost_from_well_formed_markup(words: list[str]) -> None:
    html = "".join(
        f"<p>{word}</p>" if n % 2 else f"<ul><li>{word}</li></ul>" for n, word in enumerate(words)
    )
    assert html_to_text(html).replace("- ", "").split() == words


@pytest.mark.parametrize(
    ("title", "fitted"),
    [
        ("  Senior\t Engineer\n(m/f) ", "Senior Engineer (m/f)"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        ("Account Executive", "Account Executive"),
        ("bell\x07 and \ud800half", "bell and half"),
        ("", ""),
    ],
)
def test_titles_fit(title: str, fitted: str) -> None:
    assert fit_title(title) == fitted


def test_a_long_title_is_cut_between_words() -> None:
    title = "Senior Engineer " * 20
    fitted = fit_title(title, 40)
    assert fitted == "Senior Engineer Senior Engineer Senior…"


def test_a_cut_splits_neither_a_letter_from_its_accent_nor_an_emoji() -> None:
    accents = "e\u0301" * 200
    assert fit_title(accents, 10) == "e\u0301" * 4 + "…"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert fit_title("a" + family * 50, 6) in ("a…", "a" + family + "…")


@given(st.text(max_size=300), st.integers(1, 220))
def test_any_title_fits_on_one_line_and_fitting_again_changes_nothing(
    title: str, limit: int
) -> None:
    fitted = fit_title(title, limit)
    assert len(fitted) <= limit
    assert "\n" not in fitted
    assert fit_title(fitted, limit) == fitted


@pytest.mark.parametrize(
    ("title", "fine"),
    [("", False), ("QA", False), ("Dev", True), ("x" * 200, True), ("x" * 201, False)],
)
def test_titles_heymilo_would_refuse_are_named(title: str, fine: bool) -> None:
    problem = title_problem(title)
    assert (problem is None) is fine
    assert fine or "characters" in str(problem)


def test_a_description_too_short_for_heymilo_is_left_out() -> None:
    assert description_text("<p>Too short</p>") is None
    assert description_text("<p>Long enough</p>") == "Long enough"
    assert description_text(None) is None


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded answers of Workable are not here")
def test_a_recorded_description_reads_well() -> None:
    recorded = json.loads((RECORDINGS / "get-job.json").read_text())["interactions"][0]["response"]
    text = description_text(recorded["full_description"])
    assert text is not None
    assert "\n- " in text
    assert "<" not in text
    assert "&amp;" not in text
    assert "Medical, Dental & Vision" in text
