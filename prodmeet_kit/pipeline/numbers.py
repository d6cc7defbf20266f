"""What a report says in numbers: ``review.json``, ``minutes.md``, the title.

The kernel computes them from the review that its cells show, so that a review is
analysed once. This process computes them only when the kernel cannot: it died,
a cell could not be stopped, or the notebook has no such review.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from prodmeet_kit.archive.layout import MINUTES, NOT_RUN, RECORD, record_text
from prodmeet_kit.core.errors import Failure

if TYPE_CHECKING:
    from prodmeet_kit.review import Review

__all__ = ["HANDED", "Numbers", "compute", "hand_over", "handed", "handing_over", "numbers_of"]

HANDED = "numbers.json"
"""The file in the kernel's folder that it hands its numbers over in."""

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

        failures = redacted([vars(failure) for failure in (*self.failures, *run)])
        return record_text({**self.record, "failures": failures, **({NOT_RUN: list(not_run)} if not_run else {})})


def compute(snapshot: Path, language: str = "") -> Numbers:
    """Open frozen facts and compute everything a report says in numbers, in this language or the product's."""
    from prodmeet_kit.facts import in_language
    from prodmeet_kit.review import Review
    from prodmeet_kit.snapshot import reopen

    return numbers_of(Review(in_language(reopen(snapshot), language)))


def numbers_of(review: Review) -> Numbers:
    """Everything a report of the review says in numbers.

    A fault in one part becomes a failure, so that the rest of the report stands.
    """
    from prodmeet_kit.documents.minutes_md import write
    from prodmeet_kit.documents.review_json import record

    product, window = review.facts.product, review.facts.window
    faults: list[Failure] = []
    return Numbers(
        title=_title(product.title or product.product, window.day.isoformat(), product.language),
        record=_part(RECORD, lambda: record(review), {"product": product.product}, faults),
        minutes=_part(MINUTES, lambda: write(review), "", faults),
        failures=(*review.failures, *faults),
    )


def handing_over(product: str, file: Path) -> str:
    """The code with which a kernel whose notebook holds ``review`` writes that file."""
    return f"__import__({__name__!r}, fromlist=['hand_over']).hand_over(review, {product!r}, {str(file)!r})"


def hand_over(review: object, product: str, file: str) -> None:
    """Write the numbers of the review into a file that :func:`handed` reads; called in the kernel after its cells.

    Raises ``TypeError`` when the notebook's ``review`` is not the review of this product.
    """
    from prodmeet_kit.review import Review

    if not isinstance(review, Review) or review.facts.product.product != product:
        raise TypeError(f"review is not the review of {product}")
    Path(file).write_text(json.dumps(asdict(numbers_of(review))), encoding="utf-8")


def handed(file: Path) -> Numbers | None:
    """The numbers that the kernel wrote into the file; ``None`` when it wrote none, or did not get to the end."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    failures = tuple(Failure(**failure) for failure in told.pop("failures"))
    return Numbers(**told, failures=failures)


def _title(product: str, day: str, language: str) -> str:
    """What the page is called, in its language."""
    from prodmeet_kit.i18n import times
    from prodmeet_kit.i18n.languages import t, use

    with use(language):
        return t("{product}, {day}", product=product, day=times.day(day))


def _part(name: str, make: Callable[[], Part], instead: Part, faults: list[Failure]) -> Part:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - one part's fault must not take the report with it
        _log.debug("%s could not be computed", name, exc_info=True)
        faults.append(Failure(name, "analysis", f"{type(error).__name__}: {error}"))
        return instead
