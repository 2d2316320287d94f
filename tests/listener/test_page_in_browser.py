"""The status page as people see it: in a real browser, on a phone and on a desk, light and dark."""

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from syncd.daemon.health import ConnectionHealth
from syncd.settings.schema import Mode
from tests.clock import ManualClock
from tests.listener.browser import running
from tests.listener.house import House
from tests.listener.living import living

pytestmark = [pytest.mark.sockets, pytest.mark.filterwarnings("ignore::ResourceWarning")]

WIDTHS, SCHEMES = (390, 1280), ("light", "dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as browser:
        yield browser


@pytest.fixture
def home(migrated_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[House]:
    """One connection in each state, with people, delays and matters."""
    home = House(migrated_url, tmp_path, clock)
    home.modes = {
        "acme": Mode.SYNC,
        "behind": Mode.SYNC,
        "off": Mode.OFF,
        "person": Mode.SYNC,
        "plan": Mode.PLAN,
        "refused": Mode.SYNC,
    }
    clock.advance(86_400)
    home.people("acme", 1240, 1100, 930, 610, 598, _delays())
    home.ran("acme", took=14)
    home.people("person", 46, 40, 21, 9, 9, [(3600.0, 95.0)])
    home.ran("person")
    home.needs(
        "person", "posting.edited", "P1",
        "Somebody changed the title of posting 9F3A20C1 of job “Data Engineer” (9CD658E13E) in "
        "HeyMilo since syncd last wrote it; it is kept.",
        job_id="9CD658E13E", posting_id="9F3A20C1",
    )  # fmt: skip
    home.needs(
        "person", "applicant.no_email", "A77",
        "Application 5b1f00c77ad9e2210f3c48aa17b0d9c4e55f8a21 has no e-mail address.",
        application_id="A77", job_id="9CD658E13E",
    )  # fmt: skip
    home.people("behind", 12, 8, 5, 2, 1)
    home.ran("behind")
    home.ran("behind", "results", ago=9000, outcome="failed")
    home.ran("refused", "postings", outcome="refused")
    for name in ("off", "plan"):
        home.health.put(ConnectionHealth(name, home.modes[name], tried=True))
    yield home
    home.store.close()


def _delays() -> list[tuple[float, float]]:
    """Two weeks but one day, quick at first, slow in between."""
    told = []
    for day in range(14):
        if day == 9:
            continue
        for number in range(40):
            slow = 20 if day in (4, 5) else 1
            told.append((day * 86_400.0 + 300, (18 + 3 * number + (number % 9 == 0) * 200) * slow))
    return told


@pytest.fixture
def address(home: House) -> Iterator[str]:
    with living(home) as address:
        yield address


def visit(browser: Browser, address: str, width: int, scheme: str, path: str = "/") -> Page:
    """A page that was loaded, with all that it asked for and complained of in ``notes``."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=True,
    )
    page = context.new_page()
    notes: list[str] = []
    page.on("console", lambda message: notes.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: notes.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(address) else notes.append(asked.url),
    )
    page.on("response", lambda got: None if got.ok else notes.append(f"{got.status} {got.url}"))
    answer = page.goto(address + path)
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    page.notes = notes  # type: ignore[attr-defined]
    return page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_fits_asks_nobody_else_and_complains_of_nothing(
    browser: Browser, address: str, width: int, scheme: str, tmp_path: Path
) -> None:
    page = visit(browser, address, width, scheme)
    folder = Path(os.environ.get("SYNCD_TEST_SCREENSHOTS", tmp_path))
    page.screenshot(path=folder / f"status-{width}-{scheme}.png", full_page=True)
    assert page.notes == []  # type: ignore[attr-defined]
    page.locator("details summary").first.click()
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], "the page scrolls sideways"
    outside = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => {"
        " const b = e.getBoundingClientRect();"
        " return b.width && (b.right > innerWidth + 1 || b.left < -1) }).map(e => e.outerHTML)"
    )
    assert outside == []
    cut = page.evaluate(
        "[...document.querySelectorAll('figure svg')].flatMap(s => {"
        " const v = s.viewBox.baseVal;"
        " return [...s.querySelectorAll('text')].filter(t => { const b = t.getBBox();"
        "  return b.x < v.x - .5 || b.x + b.width > v.x + v.width + .5"
        "   || b.y < v.y - .5 || b.y + b.height > v.y + v.height + .5 })"
        "  .map(t => t.textContent) })"
    )
    assert cut == [], "labels of a picture are cut off"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_everything_can_be_read(browser: Browser, address: str, scheme: str) -> None:
    """Text stands out by 4.5 to 1 (WCAG 2.1, 1.4.3), whatever it stands on."""
    page = visit(browser, address, 1280, scheme)
    poor = page.evaluate(_CONTRAST)
    assert poor == []


def test_it_says_the_state_of_each_in_a_word_and_a_shape(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280, "light")
    assert page.title() == "2 of 6 connections do not keep up – syncd"
    words = {
        section.locator("h2").inner_text(): section.locator(".pill").inner_text()
        for section in page.locator("section.connection").all()
    }
    assert words == {
        "acme": "Working", "behind": "Behind", "off": "Off", "person": "Waiting",
        "plan": "Planning", "refused": "Stopped",
    }  # fmt: skip
    shapes = {
        pill.inner_text(): pill.locator("path").get_attribute("d")
        for pill in page.locator("section.connection .pill").all()
    }
    assert len({shapes[w] for w in ("Working", "Waiting", "Stopped", "Off")}) == 4


def test_the_structure_is_told_to_those_who_do_not_see(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280, "light")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == 1
    levels = [int(tag[1]) for tag in page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName)")]  # fmt: skip
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for table in page.locator("table").all():
        assert table.locator("caption").count() == 1
        assert table.locator("th[scope]").count() > 0
    for picture in page.locator("figure svg[role=img]").all():
        assert picture.locator("title").first.text_content()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    for named in page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby]')]"
        ".map(e => e.getAttribute('aria-labelledby'))"
    ):
        assert named in ids


def test_it_works_by_keyboard_and_without_script(browser: Browser, address: str) -> None:
    page = visit(browser, address, 390, "light")
    assert page.locator("script").count() == 0
    assert page.locator("[style], [onclick]").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "fetch it every minute"
    page.keyboard.press("Enter")
    page.wait_for_url("**/?refresh")
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"


def test_a_link_leads_into_the_ats_and_tells_it_nothing(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280, "light")
    link = page.get_by_role("link", name="Open the ATS").first
    assert re.match(r"https://person\.workable\.com/", link.get_attribute("href") or "")
    assert "noreferrer" in (link.get_attribute("rel") or "")


def test_the_numbers_are_those_of_the_state(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280, "light")
    told = page.locator("#connection-1 figure svg title").first.text_content()
    assert told == "Applied: 1240, Invited: 1100, Started: 930, Finished: 610, Written back: 598"
    assert page.locator("#connection-1 tbody tr").count() == 13 + 4
    assert "No result was written back" in page.locator("#connection-2").inner_text()
    shown = page.locator("section.connection h2").all_inner_texts()
    assert shown == ["refused", "behind", "person", "plan", "acme", "off"]


_CONTRAST = """
() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number);
    return [...m.slice(0, 3), m[3] ?? 1] };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const back = e => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > .99) return c.slice(0, 3) }
    return [255, 255, 255] };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length || e.tagName === 'title') continue;
    const style = getComputedStyle(e);
    const front = parse(e.namespaceURI.endsWith('svg') ? style.fill : style.color).slice(0, 3);
    const [a, b] = [light(front), light(back(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(e.textContent.trim() + ' ' + ratio.toFixed(2));
  }
  return poor;
}
"""
