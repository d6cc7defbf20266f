"""Every test of this folder judges layout, and runs under each set of fonts that is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.fonts import SETS, FontSet, configure


@pytest.fixture(scope="module", params=SETS, ids=lambda fonts: fonts.name)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The system's Chromium, which finds these fonts and no others; a set that is not installed is skipped."""
    fonts: FontSet = request.param
    try:
        found = configure(fonts, tmp_path_factory.mktemp(fonts.name))
    except LookupError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(found)}
        running = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS), env=environment)
        yield running
        running.close()
