"""Every link leads somewhere, and every page is linked to."""

from urllib.parse import urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, Page


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_resolve(page: Page) -> None:
    for link in page.links:
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme == "https", f"{page}: {link}"
            continue
        target = (page.path.parent / parts.path).resolve() if parts.path else page.path
        assert target.exists(), f"{page} links to {link}, which is not there"
        assert target.is_relative_to(ROOT), f"{page}: {link} leaves the repository"
        if parts.fragment:
            assert parts.fragment in Page(target).anchors, f"{page}: {link} has no such heading"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        path = ahead.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        links = (urlsplit(link) for link in Page(path).links)
        ahead += [(path.parent / x.path).resolve() for x in links if x.path and not x.scheme]
    assert {page.path for page in PAGES} <= reached


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_headings_are_unique_and_nested(page: Page) -> None:
    assert len(page.anchors) == len(page.headings)
    assert page.text.startswith("# ")
