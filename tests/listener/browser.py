"""Debian's chromium, driven by playwright; tests are skipped, and say so, where there is none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

WHERE = ("SYNCD_TEST_CHROMIUM", "/usr/bin/chromium", "/usr/bin/chromium-browser")


def find() -> str:
    """Where chromium is; skips the test if it is nowhere."""
    for place in (os.environ.get(WHERE[0], ""), *WHERE[1:], shutil.which("chromium") or ""):
        if place and os.access(place, os.X_OK):
            return place
    pytest.skip(
        "NO BROWSER: the status page is not looked at; install chromium (apt-get install "
        "chromium), or name one in SYNCD_TEST_CHROMIUM"
    )


@contextmanager
def running() -> Iterator[Browser]:
    """A browser without a window."""
    executable = find()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable)
        except Error as error:
            pytest.skip(f"NO BROWSER: {executable} does not start: {error.message[:200]}")
        yield browser
        browser.close()
