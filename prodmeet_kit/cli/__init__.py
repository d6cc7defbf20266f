"""The command line: ``prodmeet``. Each command is a few lines over a function of the package.

Exit status: 0 everything was checked; 3 the report is written but something
could not be checked (listed on the error stream and in the report); 2 something
given is wrong, nothing was written; 1 anything else.
"""

from __future__ import annotations

import errno
import gc
import signal
import traceback
from pathlib import Path
from typing import Any

import click

from prodmeet_kit import __version__
from prodmeet_kit.cli.commands import add, explore, minutes, sync
from prodmeet_kit.cli.opening import live
from prodmeet_kit.cli.options import EXISTING_FOLDER, FRESH, LANGUAGE
from prodmeet_kit.cli.terminal import say
from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import InputError, ProdmeetError
from prodmeet_kit.core.redaction import redact

__all__ = ["cli", "main"]

NOT_ALL_CHECKED = 3

_WHOLE = ("agenda", "check", "report")
"""Commands that write everything or nothing; what another one had said to be done is done when it is interrupted."""

_FOLDER = click.Path(file_okay=False, path_type=Path)


class _Commands(click.Group):
    """Turns errors of the kit into plain lines and their exit status, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProdmeetError as error:
            message, status = str(error), error.exit_status
        except KeyboardInterrupt:
            message, status = "interrupted" + (", nothing was written" if ctx.invoked_subcommand in _WHOLE else ""), 1
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads any more
        except OSError as error:
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            status = 2 if error.errno == errno.ENAMETOOLONG else 1  # such a name somebody gave
        for line in message.splitlines():
            say(f"prodmeet: {line}", err=True)
        raise click.exceptions.Exit(status)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "folder", metavar="DIR", default=".", type=EXISTING_FOLDER,
    help="Folder that holds parameters/, minutes/ and reports/ (default: the current one).",
)  # fmt: skip
@click.version_option(__version__, prog_name="prodmeet")
@click.pass_context
def cli(context: click.Context, folder: Path) -> None:
    """Prepare production meetings from metrics, alerts and records."""
    context.obj = folder


@cli.command(short_help="Write the report of a meeting")
@click.argument("product", default="")
@click.option(
    "--from",
    "start",
    default="",
    metavar="TIME",
    help="The last meeting (default: the usual time between meetings before --to).",
)
@click.option("--to", "end", default="", metavar="TIME", help="This meeting (default: now).")
@click.option("--out", metavar="DIR", type=_FOLDER, help="Write DIR/PRODUCT/DATE/ instead of reports/PRODUCT/DATE/.")
@click.option(
    "--from-snapshot", metavar="DIR", type=EXISTING_FOLDER,
    help="Use the data stored in DIR (a snapshot or a report); ask no server. DIR is relative to the current folder,"
    " whatever -C says.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), help="Queries asked side by side (default: as in the parameters).")
@click.option(
    "--cell-timeout",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="Time limit for one notebook cell, in seconds.",
)
@FRESH
@LANGUAGE
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
    fresh: bool,
    language: str | None,
) -> None:
    """Write the report of PRODUCT; without PRODUCT, of the embedded demo.

    reports/PRODUCT/DATE/ gets report.html, review.ipynb, review.json,
    minutes.md and snapshot/. The last line printed is the path of report.html.
    A second run on the same day keeps what people wrote there.
    A TIME is 2026-11-24 or 2026-11-24T10:00, in the product's zone, or has an offset.
    """
    from prodmeet_kit.pipeline.progress import choose
    from prodmeet_kit.pipeline.report import make_report

    if not product and from_snapshot is None:
        say("No product given: this is the embedded demo, a shop that does not exist.")
    progress = choose()
    try:
        result = make_report(
            product, folder=folder, start=start, end=end, out=out, from_snapshot=from_snapshot,
            jobs=jobs, cell_limit_s=cell_timeout, language=language or "", fresh=fresh, progress=progress,
        )  # fmt: skip
    finally:
        progress.close()
    for line in (*result.failures, *result.notes):
        say(line, err=True)
    say(result.page)
    if result.failures:
        raise SystemExit(NOT_ALL_CHECKED)


@cli.command(short_help="Write the reports of all products")
@click.option("--from", "start", default="", metavar="TIME", help="The last meeting, of every product.")
@click.option("--to", "end", default="", metavar="TIME", help="This meeting (default: now).")
@click.option("--jobs", type=click.IntRange(min=1), help="Reports made side by side (default: one a processor).")
@click.option(
    "--scheduler", default="", metavar="ADDRESS",
    help="Make them on the workers of the Dask scheduler there, such as tcp://10.0.0.5:8786; needs prodmeet-kit[dask].",
)  # fmt: skip
@LANGUAGE
@click.pass_obj
def fleet(folder: Path, start: str, end: str, jobs: int | None, scheduler: str, language: str | None) -> None:
    """Write the report of every product in parameters/, and reports/index.html; one line each.

    The demo is left out when there is another product.
    Exit status: that of the worst report; 1 is worse than 2, 2 is worse than 3.
    """
    from prodmeet_kit.pipeline.fleet import make_fleet, side_by_side

    given = {"--from": start, "--to": end, "--language": language}
    options = [word for option, value in given.items() if value for word in (option, value)]
    if scheduler and jobs:
        raise InputError("--jobs is for this machine: with --scheduler it is dask worker --nthreads: leave out one")
    raise SystemExit(make_fleet(folder, say, jobs=jobs or side_by_side(), options=options, scheduler=scheduler))


@cli.command(short_help="Write the pre-read")
@click.argument("product", default="")
@click.option("--to", "end", default="", metavar="TIME", help="The meeting (default: now).")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE instead of the screen.",
)
@FRESH
@LANGUAGE
@click.pass_obj
def agenda(folder: Path, product: str, end: str, out: Path | None, fresh: bool, language: str | None) -> None:
    """Write the pre-read of PRODUCT: the timed agenda in Markdown; without PRODUCT, of the embedded demo.

    Asks the sources now and saves no snapshot. The exit status is as for report.
    """
    from prodmeet_kit.documents import preread
    from prodmeet_kit.review import open_review

    if not product and end:
        raise InputError("--to: the demo has a fixed window: give a product to choose another")
    review = open_review(product, end=end, folder=folder, language=language or "", fresh=fresh)
    text = preread.write(review)
    if out is None:
        say(text, nl=False)
    else:
        durable.make_folder(out.parent)
        durable.write(out, text)
        say(out)
    for failure in review.failures:
        say(failure, err=True)
    if review.failures:
        raise SystemExit(NOT_ALL_CHECKED)


@cli.command(short_help="Check parameters, sources, queries")
@click.argument("product", default="")
@click.option("--to", "end", default="", metavar="TIME", help="The meeting (default: now).")
@FRESH
@click.pass_obj
def check(folder: Path, product: str, end: str, fresh: bool) -> None:
    """Check the parameters of PRODUCT, its sources, every query and how far back the data reaches.

    Without PRODUCT, checks every product in parameters/. Prints a line for each
    check, with what to fix. Exit status: 0 all well, 3 something failed, 2 a file
    has to be fixed.
    """
    from prodmeet_kit.check import check_products

    raise SystemExit(check_products([product] if product else [], folder, say, end=end, fresh=fresh))


@cli.command(short_help="Write the schema for editors")
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
    say(path)


for command in (add, explore, live, minutes, sync):
    cli.add_command(command)


def main() -> None:
    """Run ``prodmeet``. A polite end (SIGTERM, a closed terminal) cleans up as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    try:
        cli(prog_name="prodmeet")
    except KeyboardInterrupt:  # it came between the handlers of the commands and of click
        say("prodmeet: interrupted", err=True)
        raise SystemExit(1) from None
    except SystemExit as end:
        if isinstance(end.code, str):  # Python would print it as it is
            say(redact(end.code), err=True)
            raise SystemExit(1) from None
        raise
    except Exception:  # noqa: BLE001 - a bug, of the kit or of another package: what is said of it holds no credential
        say(redact(traceback.format_exc()), err=True, nl=False)
        raise SystemExit(1) from None
    finally:
        gc.freeze()  # the process ends: to look for garbage in all that is loaded would take a fifth of a second
