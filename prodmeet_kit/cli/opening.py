"""``prodmeet live``: which report a meeting opens, and that it stays open until Ctrl-C."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's
from prodmeet_kit.cli.options import EXISTING_FOLDER, FRESH, LANGUAGE
from prodmeet_kit.cli.terminal import say
from prodmeet_kit.core.errors import InputError

__all__ = ["live"]


@click.command(short_help="Open the meeting in JupyterLab")
@click.argument("product", default="")
@click.option("--ask", is_flag=True, help="Ask the sources and make a new report first.")
@click.option(
    "--to", "end", default="", metavar="TIME", help="Open the report of this meeting; with --ask, make it up to TIME."
)
@click.option("--report", "made", metavar="DIR", type=EXISTING_FOLDER, help="Open this report.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of JupyterLab (default: a free one).")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@FRESH
@LANGUAGE
@click.pass_obj
def live(
    folder: Path,
    product: str,
    ask: bool,
    end: str,
    made: Path | None,
    port: int,
    browser: bool,
    fresh: bool,
    language: str | None,
) -> None:
    """Open the meeting of PRODUCT in JupyterLab: one finding at a time, with a form for decisions and a clock.

    Opens the newest report of PRODUCT at once and asks no source; --ask makes a new
    report first. Without PRODUCT, the embedded demo. Decisions are written to
    minutes/PRODUCT/ at once, one small file each. Ctrl-C ends it.
    """
    from prodmeet_kit.cli.choosing import age, choose_report

    if made is not None and (ask or end):
        raise InputError(f"--report {made} is a report of its own: leave --ask and --to out, or --report")
    report, newest = made, False
    if report is None and product and not ask:
        chosen = choose_report(product, folder, end)
        report, newest = chosen.report, chosen.report is not None and not end
        if chosen.note:
            say(chosen.note, err=True)
    if report is None:
        report = _new_report(folder, product, end, language or "", fresh=fresh)
    from prodmeet_kit.live.run import open_live

    with open_live(report, folder / "minutes", port=port, language=language or "") as opened:
        if newest and (old := age(report)):
            say(old, err=True)
        say(opened.page)
        if browser:
            from prodmeet_kit.live.door import open_browser

            open_browser(opened.server.private, opened.page)
        with suppress(KeyboardInterrupt):
            for failure in opened.ready.result():
                say(failure, err=True)
            opened.server.process.wait()


def _new_report(folder: Path, product: str, end: str, language: str, *, fresh: bool) -> Path:
    from prodmeet_kit.pipeline.progress import choose
    from prodmeet_kit.pipeline.report import make_report

    progress = choose()
    try:
        made = make_report(product, folder=folder, end=end, language=language, fresh=fresh, progress=progress)
        return made.path
    finally:
        progress.close()
