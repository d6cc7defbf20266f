"""Commands of ``prodmeet`` that stand outside a report: exploring."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

__all__ = ["explore"]

_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("product", default="")
@click.option("--report", "made", metavar="DIR", type=_EXISTING_FOLDER, help="Explore this report; ask no source.")
@click.option("--to", "end", default="", metavar="TIME", help="End of the window (default: now).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of JupyterLab (default: a free one).")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@click.pass_obj
def explore(folder: Path, product: str, made: Path | None, end: str, port: int, browser: bool) -> None:
    """Open a notebook to explore PRODUCT in JupyterLab; without PRODUCT, the embedded demo.

    It is a copy, in the report's folder or in reports/PRODUCT/, and yours: it
    is never overwritten. DIR is relative to the current folder, whatever -C says. Ctrl-C ends it.
    """
    from prodmeet_kit.live.exploring import open_exploring

    with open_exploring(product, folder=folder, report=made, end=end, port=port) as (server, page):
        click.echo(page)
        if browser:
            import webbrowser

            webbrowser.open(page)
        with suppress(KeyboardInterrupt):
            server.process.wait()
