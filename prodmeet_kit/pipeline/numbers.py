"""What this process computes while the kernel runs the cells: ``review.json``, ``minutes.md``, the title."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from prodmeet_kit.archive.layout import MINUTES, NOT_RUN, RECORD
from prodmeet_kit.core.errors import Failure

__all__ = ["Numbers", "compute"]

_log = logging.getLogger(__name__)

Part = TypeVar("Part")


@dataclass(frozen=True)
class Numbers:
    """The review without its pictures, and everything in it that could not be checked.

    ``minutes`` is empty when they could not be written.
    """

    title: str
    record: dict[str, Any]
    minutes: str
    failures: tuple[Failure, ...]

    def json(self, run: Sequence[Failure], not_run: Sequence[str] = ()) -> str:
        """The text of ``review.json``; the failures of the run stand after those of the review.

        ``not_run`` are the sections whose cells were not run to their end, because the kernel died or could not be
        stopped; the key is there only when there are any.
        """
        from prodmeet_kit.core.redaction import redacted
        from prodmeet_kit.documents.review_json import dumps

        failures = redacted([vars(failure) for failure in (*self.failures, *run)])
        return dumps({**self.record, "failures": failures, **({NOT_RUN: list(not_run)} if not_run else {})})


def compute(snapshot: Path, language: str = "") -> Numbers:
    """Open frozen facts and compute everything a report says in numbers, in this language or the product's.

    A fault in one part becomes a failure, so that the rest of the report stands.
    Gets ready for the page at the end, while the cells still run.
    """
    from prodmeet_kit.documents.minutes_md import write
    from prodmeet_kit.documents.review_json import record
    from prodmeet_kit.review import Review, in_language
    from prodmeet_kit.snapshot import reopen

    review = Review(in_language(reopen(snapshot), language))
    product, window = review.facts.product, review.facts.window
    faults: list[Failure] = []
    numbers = Numbers(
        title=_title(product.title or product.product, window.day.isoformat(), product.language),
        record=_part(RECORD, lambda: record(review), {"product": product.product}, faults),
        minutes=_part(MINUTES, lambda: write(review), "", faults),
        failures=(*review.failures, *faults),
    )
    _warm_page()
    return numbers


def _title(product: str, day: str, language: str) -> str:
    """What the page is called, in its language."""
    from prodmeet_kit.i18n import times
    from prodmeet_kit.i18n.languages import t, use

    with use(language):
        return t("{product}, {day}", product=product, day=times.day(day))


def _warm_page() -> None:
    """Make a small page, which loads what the large one needs, compiles its templates and packs plotly.js."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from prodmeet_kit.html_report import export_html
    from prodmeet_kit.render import PLOTLY

    figure = new_output("display_data", {PLOTLY: {"data": [], "layout": {}}})
    export_html(new_notebook(cells=[new_code_cell("figure", outputs=[figure])]), title="")


def _part(name: str, make: Callable[[], Part], instead: Part, faults: list[Failure]) -> Part:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - one part's fault must not take the report with it
        _log.debug("%s could not be computed", name, exc_info=True)
        faults.append(Failure(name, "analysis", f"{type(error).__name__}: {error}"))
        return instead
