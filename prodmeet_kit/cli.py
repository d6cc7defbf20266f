"""The command line: ``prodmeet``. Each command is a few lines over a function of the package.

Exit status: 0 everything was checked; 3 the report is written but something
could not be checked (listed on the error stream and in the report); 2 something
given is wrong, nothing was written; 1 anything else.
"""

from __future__ import annotations

import gc
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from prodmeet_kit import __version__
from prodmeet_kit.commands import explore
from prodmeet_kit.errors import InputError, ProdmeetError, SourceError

__all__ = ["cli", "main"]

NOT_ALL_CHECKED = 3

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class _Commands(click.Group):
    """Turns errors of the kit into plain lines and their exit status, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProdmeetError as error:
            message, status = str(error), error.exit_status
        except KeyboardInterrupt:
            message, status = "interrupted, nothing was written", 1
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads any more
        except OSError as error:
            message, status = f"{error.filename}: {error.strerror}" if error.filename else str(error), 1
        for line in message.splitlines():
            click.echo(f"prodmeet: {line}", err=True)
        raise click.exceptions.Exit(status)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "folder", metavar="DIR", default=".", type=_EXISTING_FOLDER,
    help="Folder that holds parameters/, minutes/ and reports/ (default: the current one).",
)  # fmt: skip
@click.version_option(__version__, prog_name="prodmeet")
@click.pass_context
def cli(context: click.Context, folder: Path) -> None:
    """Prepare production meetings from metrics, alerts and records."""
    context.obj = folder


@cli.command()
@click.argument("product", default="")
@click.option(
    "--from", "start", default="", metavar="TIME", help="The last meeting (default: one cadence before --to)."
)
@click.option("--to", "end", default="", metavar="TIME", help="This meeting (default: now).")
@click.option("--out", metavar="DIR", type=_FOLDER, help="Write DIR/PRODUCT/DATE/ instead of reports/PRODUCT/DATE/.")
@click.option(
    "--from-snapshot", metavar="DIR", type=_EXISTING_FOLDER,
    help="Open the frozen facts in DIR, a snapshot or a report; ask no server. DIR is relative to the current folder,"
    " whatever -C says.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), help="Queries asked side by side (default: as in the parameters).")
@click.option(
    "--cell-timeout", type=click.IntRange(min=1), default=300, show_default=True, help="Seconds for one cell."
)
@click.pass_obj
def report(
    folder: Path,
    product: str,
    start: str,
    end: str,
    out: Path | None,
    from_snapshot: Path | None,
    jobs: int | None,
    cell_timeout: int,
) -> None:
    """Write the report of PRODUCT; without PRODUCT, of the embedded demo.

    reports/PRODUCT/DATE/ gets report.html, review.ipynb, review.json,
    minutes.md and snapshot/. The last line printed is the path of report.html.
    A second run on the same day keeps what people wrote there.
    A TIME is 2026-11-24 or 2026-11-24T10:00, in the product's zone, or has an offset.
    """
    from prodmeet_kit.report import make_report
    from prodmeet_kit.run.progress import choose

    if not product and from_snapshot is None:
        click.echo("No product given: this is the embedded demo, a shop that does not exist.")
    progress = choose()
    try:
        result = make_report(
            product, folder=folder, start=start, end=end, out=out, from_snapshot=from_snapshot,
            jobs=jobs, cell_limit_s=cell_timeout, progress=progress,
        )  # fmt: skip
    finally:
        progress.close()
    for line in (*result.failures, *result.notes):
        click.echo(line, err=True)
    click.echo(result.page)
    if result.failures:
        raise SystemExit(NOT_ALL_CHECKED)


@cli.command()
@click.argument("product", default="")
@click.option("--to", "end", default="", metavar="TIME", help="The meeting (default: now).")
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write FILE, not to the screen."
)
@click.pass_obj
def agenda(folder: Path, product: str, end: str, out: Path | None) -> None:
    """Write the pre-read of PRODUCT: the clocked agenda in Markdown; without PRODUCT, of the embedded demo.

    Asks the sources now and freezes nothing. Exit status as of report.
    """
    from prodmeet_kit import preread
    from prodmeet_kit.review import open_review

    if not product and end:
        raise InputError("--to: the demo has a fixed window: give a product to choose another")
    review = open_review(product, end=end, folder=folder)
    text = preread.write(review)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
        click.echo(out)
    for failure in review.failures:
        click.echo(failure, err=True)
    if review.failures:
        raise SystemExit(NOT_ALL_CHECKED)


@cli.command()
@click.argument("product", default="")
@click.option("--to", "end", default="", metavar="TIME", help="This meeting (default: now).")
@click.option("--report", "made", metavar="DIR", type=_EXISTING_FOLDER, help="Open this report; ask no source again.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of JupyterLab (default: a free one).")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@click.pass_obj
def live(folder: Path, product: str, end: str, made: Path | None, port: int, browser: bool) -> None:
    """Open the meeting of PRODUCT in JupyterLab: the review, executed, with forms for decisions and a clock.

    Makes the report first, unless --report names one. Decisions are written to
    minutes/PRODUCT/ at once, one small file each. Ctrl-C ends it.
    """
    from prodmeet_kit.live.run import open_live
    from prodmeet_kit.report import make_report
    from prodmeet_kit.run.progress import choose

    progress = choose()
    try:
        report = made or make_report(product, folder=folder, end=end, progress=progress).path
    finally:
        progress.close()
    with open_live(report, folder / "minutes", port=port) as opened:
        for failure in opened.failures:
            click.echo(failure, err=True)
        click.echo(opened.page)
        if browser:
            import webbrowser

            webbrowser.open(opened.page)
        with suppress(KeyboardInterrupt):
            opened.server.process.wait()


@cli.command()
@click.argument("product", default="")
@click.option("--report", "made", metavar="DIR", type=_EXISTING_FOLDER, help="Of this report (default: the newest).")
@click.option("--html", "as_page", is_flag=True, help="Write minutes.html beside it, to copy into documents and mail.")
@click.pass_obj
def minutes(folder: Path, product: str, made: Path | None, as_page: bool) -> None:
    """Print minutes.md of the newest report of PRODUCT, with what people wrote into it.

    When the report wrote a newer text beside edited minutes, it is named: merge it by hand.
    """
    from prodmeet_kit.minutes_page import minutes_of, to_merge, write_page

    file = minutes_of(product, folder / "reports", made)
    click.echo(write_page(file) if as_page else file.read_text(encoding="utf-8"), nl=as_page)
    if merge := to_merge(file):
        click.echo(f"{file} was edited. {merge}", err=True)


@cli.command()
@click.argument("product")
@click.argument("text")
@click.option("--kind", default="topic", help="question, change, toil, announcement or topic (the default).")
@click.option("--owner", default="", metavar="WHO", help="Who asks, brings or does it.")
@click.option("--start", metavar="TIME", help="Required for a change: when it begins, in the product's zone.")
@click.option("--duration", metavar="2h", help="Required for a change: how long it takes.")
@click.option(
    "--service", "services", metavar="NAME", multiple=True, help="Of a change: a service it touches; several."
)
@click.option("--expect", "expected_effect", metavar="'cart/requests up 10%'", help="Of a change: its expected effect.")
@click.option("--response", "response_needed", metavar="TEXT", help="Of a change: what SREs have to do.")
@click.option("--rollback", metavar="TEXT", help="Of a change: how it is undone.")
@click.option("--minutes", metavar="N", help="Required for toil: minutes each time.")
@click.option("--per-week", metavar="N", help="Required for toil: how often in a week.")
@click.pass_obj
def add(folder: Path, /, product: str, text: str, **fields: str | tuple[str, ...] | None) -> None:
    """Add TEXT to the next meeting of PRODUCT: one small file in minutes/PRODUCT/inbox/, which may be edited.

    Shown until the meeting after it is closed: write closed: true into the file, or an answer to a question.
    """
    from prodmeet_kit.minutes.inbox import add as add_entry
    from prodmeet_kit.minutes.inbox import unread
    from prodmeet_kit.parameters import load

    loaded = load(product, folder / "parameters")
    path = add_entry(loaded, folder / "minutes", text, {key: value for key, value in fields.items() if value})
    click.echo(path)
    if mend := unread(loaded, str(fields["kind"])):
        click.echo(mend, err=True)


@cli.command()
@click.argument("product")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.pass_obj
def sync(folder: Path, product: str, dry_run: bool) -> None:
    """Bring the action items of PRODUCT and its GitHub issues together, both ways.

    Needs a source of type github_action_items in sources.action_items, with repo,
    label and token. A second run changes nothing. When GitHub cannot be asked, exit status 1.
    """
    from prodmeet_kit.minutes.github_sync import sync as bring_together
    from prodmeet_kit.parameters import load

    try:
        for line in bring_together(load(product, folder / "parameters"), folder / "minutes", dry_run=dry_run):
            click.echo(line)
    except SourceError as error:  # status 3 would say that a report was written
        raise ProdmeetError(str(error)) from None


@cli.command()
@click.argument("product", default="")
@click.pass_obj
def check(folder: Path, product: str) -> None:
    """Check the parameters of PRODUCT, its sources, every query and how far back the data reaches.

    Without PRODUCT: of every product in parameters/. One line each, and what to
    mend. Exit status 0 all well, 3 something failed, 2 a file has to be mended.
    """
    from prodmeet_kit.check import check_products

    raise SystemExit(check_products([product] if product else [], folder, click.echo))


@cli.command()
@click.option("--check", "only_look", is_flag=True, help="Write nothing; exit status 1 when the file is out of date.")
@click.pass_obj
def schema(folder: Path, only_look: bool) -> None:
    """Write parameters/schema.json, with which editors complete parameter files."""
    from prodmeet_kit.parameters import write_schema

    path = folder / "parameters" / "schema.json"
    if only_look:
        from prodmeet_kit.check import schema_is_current

        if not schema_is_current(path):
            raise ProdmeetError(f"{path} is out of date: run prodmeet schema")
    else:
        write_schema(path)
    click.echo(path)


cli.add_command(explore)


def main() -> None:
    """Run ``prodmeet``. A polite end (SIGTERM, a closed terminal) cleans up as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    try:
        cli(prog_name="prodmeet")
    finally:
        gc.freeze()  # the process ends: to look for garbage in all that is loaded would take a fifth of a second
