"""Commands of ``prodmeet`` around a report: exploring, the minutes, what is brought to a meeting, GitHub."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from prodmeet_kit.cli.options import EXISTING_FOLDER
from prodmeet_kit.cli.terminal import say
from prodmeet_kit.core.errors import InputError, ProdmeetError, SourceError

__all__ = ["add", "explore", "minutes", "sync"]


@click.command(short_help="Open a notebook to explore")
@click.argument("product", default="")
@click.option("--report", "made", metavar="DIR", type=EXISTING_FOLDER, help="Explore this report; ask no source.")
@click.option("--to", "end", default="", metavar="TIME", help="End of the window (default: now).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of JupyterLab (default: a free one).")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@click.pass_obj
def explore(folder: Path, product: str, made: Path | None, end: str, port: int, browser: bool) -> None:
    """Open a notebook to explore PRODUCT in JupyterLab; without PRODUCT, the embedded demo.

    The notebook is your copy, in the report's folder or in reports/PRODUCT/, and is never
    overwritten. DIR is relative to the current folder, whatever -C says. Ctrl-C ends it.
    """
    from prodmeet_kit.live.exploring import open_exploring

    with open_exploring(product, folder=folder, report=made, end=end, port=port) as (server, page):
        say(page)
        if browser:
            from prodmeet_kit.live.door import open_browser

            open_browser(server.private, page)
        with suppress(KeyboardInterrupt):
            server.process.wait()


@click.command(short_help="Print the minutes")
@click.argument("product", default="")
@click.option(
    "--report",
    "made",
    metavar="DIR",
    type=EXISTING_FOLDER,
    help="Print the minutes of this report (default: the newest).",
)
@click.option("--html", "as_page", is_flag=True, help="Write minutes.html beside it, to copy into documents and mail.")
@click.option("--correct", metavar="SUBJECT", default="", help="Decide otherwise about slo:web/latency, say.")
@click.option("--decision", help="For --correct: decide, act, watch, drop or carry.")
@click.option("--owner", metavar="WHO", help="For --correct: who does it.")
@click.option("--due", metavar="DAY", help="For --correct: until when.")
@click.option("--note", metavar="TEXT", help="For --correct: why.")
@click.option("--accept", metavar="SUBJECT", default="", help="Its owner, who was not there, accepts it.")
@click.option("--present", metavar="NAMES", help="Who was there, with commas between.")
@click.option("--by", metavar="WHO", default="", help="Who corrects or accepts.")
@click.pass_obj
def minutes(
    folder: Path,
    /,
    product: str,
    made: Path | None,
    as_page: bool,
    correct: str,
    accept: str,
    present: str | None,
    by: str,
    **fields: str | None,
) -> None:
    """Print minutes.md of the newest report of PRODUCT, with what people wrote into it.

    With --correct, --accept or --present something is added to what the meeting said: nothing is overwritten, and
    minutes.md shows what was corrected, when and by whom. Where a newer text was saved beside minutes that people
    edited, its file is named: merge it by hand.
    """
    from prodmeet_kit.documents.minutes_html import minutes_of, to_merge, write_page

    file = minutes_of(product, folder / "reports", made)
    changed = {name: value for name, value in fields.items() if value is not None}
    if changed and not correct:
        raise InputError(f"--{next(iter(changed))} says what changes of a decision: name it with --correct SUBJECT")
    if correct or accept or present is not None:
        from prodmeet_kit.documents import afterwards

        report, said = file.parent, folder / "minutes"
        if present is not None:
            say(afterwards.were_present(report, said, present), err=True)
        if correct:
            say(afterwards.correct(report, said, correct, changed, by), err=True)
        if accept:
            say(afterwards.accept(report, said, accept, by), err=True)
        afterwards.renew_minutes(report, said)
    say(write_page(file) if as_page else file.read_text(encoding="utf-8"), nl=as_page)
    if merge := to_merge(file):
        say(f"{file} was edited. {merge}", err=True)


@click.command(short_help="Put something on the next agenda")
@click.argument("product")
@click.argument("text")
@click.option(
    "--kind", default="topic", help="question, change, toil, announcement, exploration or topic (the default)."
)
@click.option("--owner", default="", metavar="WHO", help="Who asks, brings or does it.")
@click.option("--start", metavar="TIME", help="Required for a change: when it begins, in the product's zone.")
@click.option("--duration", metavar="2h", help="Required for a change: how long it takes.")
@click.option(
    "--service", "services", metavar="NAME", multiple=True, help="For a change: a service it affects; may be repeated."
)
@click.option(
    "--expect", "expected_effect", metavar="'cart/requests up 10%'", help="For a change: its expected effect."
)
@click.option("--response", "response_needed", metavar="TEXT", help="For a change: what SREs have to do.")
@click.option("--rollback", metavar="TEXT", help="For a change: its rollback plan.")
@click.option("--minutes", metavar="N", help="Required for toil: minutes each time.")
@click.option("--per-week", metavar="N", help="Required for toil: how often in a week.")
@click.option(
    "--about", default="", metavar="FINDING", help="For an exploration: the finding to dig into, such as web/latency."
)
@click.option("--closes", default="", metavar="ID", help="Close this exploration: TEXT is what came of it.")
@click.pass_obj
def add(
    folder: Path, /, product: str, text: str, about: str, closes: str, **fields: str | tuple[str, ...] | None
) -> None:
    """Add TEXT to the next meeting of PRODUCT: one small file in minutes/PRODUCT/inbox/, which may be edited.

    Shown until the meeting after it is closed: write closed: true into the file, or an answer to a question.
    An exploration is what to find out about a finding of the newest report, in minutes/PRODUCT/explorations/.
    """
    from prodmeet_kit.minutes.inbox import add as add_entry
    from prodmeet_kit.minutes.inbox import unread
    from prodmeet_kit.parameters import load

    loaded = load(product, folder / "parameters")
    if about or closes or fields["kind"] == "exploration":
        from prodmeet_kit.explore.filing import add as add_exploration

        given = [name for name, value in fields.items() if value and name not in ("kind", "owner")]
        if given or fields["kind"] not in ("topic", "exploration"):
            raise InputError("--about and --closes are for an exploration, which has no option but --owner")
        say(add_exploration(loaded, folder, text, about, str(fields["owner"]), closes))
        return
    path = add_entry(loaded, folder / "minutes", text, {key: value for key, value in fields.items() if value})
    say(path)
    if fix := unread(loaded, str(fields["kind"])):
        say(fix, err=True)


@click.command(short_help="Synchronise action items with GitHub")
@click.argument("product")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.pass_obj
def sync(folder: Path, product: str, dry_run: bool) -> None:
    """Synchronise the action items of PRODUCT with its GitHub issues, in both directions.

    Needs a source of type github_action_items in sources.action_items, with repo,
    label and token. A second run changes nothing. When GitHub cannot be asked, exit status 1.
    """
    from prodmeet_kit.outbound.github import sync as bring_together
    from prodmeet_kit.parameters import load

    try:
        for line in bring_together(load(product, folder / "parameters"), folder / "minutes", dry_run=dry_run):
            say(line)
    except SourceError as error:  # status 3 would say that a report was written
        raise ProdmeetError(str(error)) from None
