"""``reports/index.html``: the fleet in one table, a row a product, its newest report a click away.

It is made from the folders, never from what stood in it before, and looked at
again after it is written: when a report came between it is made again. So
whoever writes last has seen every report, and reports that end at the same
time need no lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from prodmeet_kit.archive.fleet_run import NoReport, read_failures
from prodmeet_kit.archive.layout import INDEX, days
from prodmeet_kit.archive.meetings import Meeting, meetings
from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import ReportError, printable
from prodmeet_kit.demo import is_demo
from prodmeet_kit.html_report import neighbours, sparkline
from prodmeet_kit.html_report.index_order import shelved, summary, worst_first
from prodmeet_kit.html_report.index_rows import row
from prodmeet_kit.i18n.languages import current, t, use
from prodmeet_kit.render import theme
from prodmeet_kit.render.anchors import Anchors, slug
from prodmeet_kit.render.html import template

__all__ = ["html", "shelve", "write_index"]

_OURS = b'<meta name="generator" content="prodmeet-kit">'
_TRIES = 20
_NEVER = datetime.min.replace(tzinfo=UTC)
_HERE = Path(__file__).resolve().parent


def shelve(reports: Path, product: str, day: str) -> list[str]:
    """Link a report that has just taken its place with its neighbours, and write the index.

    Returns lines for whoever ran it, empty when all went well: a fault here costs no report.
    """
    told = []
    for what, make in (
        (f"the links between the meetings of {product}", lambda: neighbours.link(reports / product, day)),
        (str(reports / INDEX), lambda: write_index(reports)),
    ):
        try:
            make()
        except OSError as error:
            told.append(f"could not write {what}: {error.strerror}")
        except Exception as error:  # noqa: BLE001 - the report stands, and must be told of
            told.append(f"could not write {what}: {error}")
    return told


def write_index(reports: Path) -> Path:
    """Write the index of the reports in a folder and return its path.

    Raises :class:`ReportError` when another page has its name there, and ``OSError``.
    """
    path = reports / INDEX
    if path.exists() and _OURS not in path.read_bytes()[:4096]:
        raise ReportError("a page of this name is there that prodmeet did not write: move it, or give another --out")
    for _ in range(_TRIES):
        seen = _stand(reports)
        durable.write(path, html(meetings(reports), read_failures(reports), datetime.now(UTC)))
        if _stand(reports) == seen:
            break
    return path


def _stand(reports: Path) -> set[tuple[str, str, int, int]]:
    """Which reports are there, each as it is at this moment."""
    found = set()
    for folder in reports.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            for day in days(folder):
                try:
                    state = (folder / day).stat()
                    found.add((folder.name, day, state.st_ino, state.st_mtime_ns))
                except FileNotFoundError:
                    continue  # replaced at this moment: another stand will be found
    return found


def html(
    shelf: Mapping[str, Sequence[Meeting]],
    failed: Mapping[str, NoReport] | None = None,
    now: datetime | None = None,
) -> str:
    """The page, in the language of the newest report.

    ``failed`` says of which products the last run over the fleet made no report, ``now`` as of when a report is old
    (default: the newest meeting). The demo is left out, unless there is nothing else.
    """
    failed = failed or {}
    if len({*shelf, *failed}) > 1:
        shelf = {name: found for name, found in shelf.items() if not (found and is_demo(name, found[0].title))}
    known = [meeting for listed_ in shelf.values() for meeting in listed_ if meeting.end]
    newest = max(known, key=lambda meeting: meeting.end or _NEVER, default=None)
    with use(newest.language if newest else "en"):
        products = shelved(shelf, failed, now or (newest and newest.end) or _NEVER)
        anchors = Anchors()
        # The address of a product must not move because of a row of another one.
        places = {product.name: anchors.take(slug(product.name)) for product in products}
        text = template("prodmeet_kit.html_report", "meetings.html.j2").render(
            language=current(),
            title=t("Production meetings"),
            css=theme.css() + _asset("page.css").replace("/*FONT*/", theme.FONT) + _asset("index.css"),
            summary=summary(products) if products else "",
            rows=[row(product, places[product.name]) for product in worst_first(products)],
            words=_words(),
            drawing_size={"height": sparkline.HEIGHT, "width": sparkline.WIDTH, "middle": sparkline.place(0.0)},
        )
        return printable(text)


def _words() -> dict[str, str]:
    return {
        "product": t("Product"),
        "state": t("SLOs"),
        "left": t("Least budget left"),
        "pages": t("Pages"),
        "decide": t("To decide"),
        "none": t("No report yet."),
        "unknown": t("not known"),
        "note": t(
            "The charts show the last {n} meetings, the newest at the right; noise is grey.", n=sparkline.MEETINGS
        ),
    }


@lru_cache
def _asset(name: str) -> str:
    return (_HERE / "assets" / name).read_text(encoding="utf-8")
