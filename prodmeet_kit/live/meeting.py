"""What a live notebook holds: the clock, and one form for each list people decide about.

Each edit is a new file in the minutes; a form made again reads them, so that a
killed kernel loses nothing and a second meeting page shows what the first wrote.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.explore.promql_box import PromqlBox
    from prodmeet_kit.live.widgets import Clock, Form
    from prodmeet_kit.review import Review

__all__ = ["Meeting"]


class Meeting:
    """One live meeting of a review. Each attribute displays itself: ``clock``, ``pages``, ``decide("outages")`` ..."""

    def __init__(self, review: Review, minutes: str | Path) -> None:
        self.review = review
        self.minutes = Minutes(Path(minutes), review.facts.product.product)
        self.day = review.facts.window.day.isoformat()
        self._parameters = Path(minutes).parent / "parameters"

    @cached_property
    def clock(self) -> Clock:
        """The agenda's minutes left."""
        from prodmeet_kit.live.timing import clock

        with use(self.review.facts.product.language):
            return clock(self)

    @cached_property
    def pages(self) -> Form:
        """Verdicts and decisions about pages."""
        with use(self.review.facts.product.language):
            return self._form(t("Pages: what do we decide?"), "paging_events")

    @cached_property
    def non_pages(self) -> Form:
        """Decisions about what did not page."""
        with use(self.review.facts.product.language):
            return self._form(t("Non-paging events: what do we decide?"), "non_paging_events")

    @cached_property
    def actions(self) -> Form:
        """Decisions about earlier action items."""
        with use(self.review.facts.product.language):
            return self._form(t("Action items: what do we decide?"), "action_items")

    def decide(self, item: str) -> Form:
        """Decisions about the findings of an agenda item, on the agenda or in the annex."""
        title = next((each.title for each in self.review.items if each.key == item), item)
        with use(self.review.facts.product.language):
            return self._form(t("{item}: what do we decide?", item=title), item)

    @cached_property
    def new_action_items(self) -> Form:
        """Action items that come of this meeting: each counts once text, owner and due day are there."""
        from prodmeet_kit.live.new_items import form

        return form(self)

    @cached_property
    def promql(self) -> PromqlBox:
        """A box for queries, asked now where the product's parameters are at hand, else of the frozen data."""
        name = self.review.facts.product.product
        there = (self._parameters / f"{name}.yaml").is_file()
        return (self.review.live(self._parameters) if there else self.review).promql

    def _form(self, title: str, item: str) -> Form:
        from prodmeet_kit.live.decisions import form

        pages = item == "paging_events"
        return form(self, title, self._pages() if pages else self._found(item), pages=pages)

    def _found(self, item: str) -> list[dict[str, Any]]:
        """A line for each finding of an agenda item, by rank."""
        lines = rows(self.review.lines.sort_values("rank", kind="stable"))
        return [line for line in lines if line["item"] == item]

    def _pages(self) -> list[dict[str, Any]]:
        """A line for each alert that paged: its verdict is asked also where it is shown with the outage it was for."""
        found = [
            (facet, section, each.place)
            for each in self.review.findings
            for section, facet in each.facets
            if section == "paging_events"
        ]
        return [
            {
                "item": section,
                "subject": facet.subject,
                "reason": facet.reason,
                "place": place,
                "minutes": facet.minutes if place == "agenda" else 0.0,
            }
            for facet, section, place in sorted(found, key=lambda each: -each[0].score)
        ]

    def new_id(self) -> str:
        """An id for a new action item, which no other has."""
        return f"AI-{self.day.replace('-', '')}-{secrets.token_hex(2)}"
