"""A real browser on a real JupyterLab: what a learner's page shows, says and complains of.

One Chromium and one server for all tests of this folder, both on this machine alone. Where no Chromium is found, the
tests are skipped, with the reason.
"""

import pytest

from .pages import CHROMIUMS, Watched, chromium, jupyter, launched


@pytest.fixture(scope="package")
def browser():
    """Chromium, without a window."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if chromium() is None:
        pytest.skip(f"no browser: none of {', '.join(CHROMIUMS)} is on the path")
    # this package's loop must be gone before notebooks run in theirs: hence the scope
    with sync_api.sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server(browser, tmp_path_factory):
    """JupyterLab, with Notebook 7 beside it."""
    pytest.importorskip("jupyterlab")
    with jupyter(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="package")
def desk(browser):
    """Opens pages and keeps what they complain of; closes them in the end."""
    desks = []

    def open_page(width=1100, height=900, dark=False):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(10_000)
        desks.append(context)
        return Watched(context.new_page())

    yield open_page
    for context in desks:
        context.close()
