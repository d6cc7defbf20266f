"""The review: one product, one window, one meeting. The one object a notebook holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit import agenda as agenda_items
from prodmeet_kit import (
    kinds,
    render,  # noqa: F401 - items show themselves with it
)
from prodmeet_kit.agenda.metrics.glance import with_findings
from prodmeet_kit.agenda.overview import meeting_health
from prodmeet_kit.agenda.overview.screen import overview
from prodmeet_kit.agenda.views.making import views, without_charts_of
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.analysis.meeting.health import MEETINGS_UNTOUCHED
from prodmeet_kit.core.errors import Failure, InputError
from prodmeet_kit.core.window import Window, parse_time
from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.explore.verbs import Exploring
from prodmeet_kit.facts import in_language
from prodmeet_kit.findings.sharing import Sharing
from prodmeet_kit.i18n import languages

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from prodmeet_kit.analysis.meeting.health import Split
    from prodmeet_kit.evidence import Note, Table
    from prodmeet_kit.evidence.finding_view import FindingView
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.parameters.models import Product

__all__ = ["Review", "open_review", "window_of"]


def open_review(
    product: str = "",
    *,
    start: str = "",
    end: str = "",
    snapshot: str | Path = "",
    folder: str | Path = ".",
    language: str = "",
    fresh: bool = False,
) -> Review:
    """Open the review of a product.

    Without arguments: the embedded demo. With ``snapshot``: the frozen facts
    in that folder, or in that report, no server asked. Otherwise ``product``
    names ``<folder>/parameters/<product>.yaml``, looked for in the folder and
    then in those above it, and its sources are asked now, for the window that
    ends at ``end`` (default: now) and starts at ``start`` (default: one cadence
    earlier); both ISO 8601, in the product's zone. ``language`` is the one to
    write in, ``en`` or ``ja``; the product's when empty. What was asked about
    a past meeting within the last hour is not asked again, unless ``fresh``.

    Raises :class:`~prodmeet_kit.core.errors.InputError` for anything a person has to fix.
    """
    from prodmeet_kit.archive.layout import snapshot_of
    from prodmeet_kit.snapshot import reopen

    if snapshot or not product:
        from prodmeet_kit.demo import SNAPSHOT

        place = snapshot_of(Path(snapshot)) if snapshot else SNAPSHOT
        frozen = Review(in_language(reopen(place), language))
        frozen.home = _home_near(frozen.facts.product.product, [*([place] if snapshot else []), Path(folder)])
        return frozen
    from prodmeet_kit.gathering.earlier_answers import Shelf
    from prodmeet_kit.gathering.gather import gather, open_metrics
    from prodmeet_kit.parameters import load

    home = _home(product, Path(folder))
    loaded = load(product, home / "parameters")
    window = window_of(loaded, start=start, end=end)
    reports = home / "reports"
    facts = gather(
        loaded, window,
        folder=home / "parameters", minutes=home / "minutes", previous=reports, shelf=Shelf(reports, fresh),
    )  # fmt: skip
    review = Review(in_language(facts, language))
    review.home = home
    review.ask_at = partial(open_metrics, loaded, home / "parameters")
    return review


def _home(product: str, folder: Path) -> Path:
    """The nearest folder, from the given one upwards, whose ``parameters/`` holds the product, or else holds any.

    A notebook runs in its own folder, which is often one below.
    """
    above = folder.resolve().parents
    for file in (f"{product}.yaml", ""):
        for home in (folder, *above):
            if (home / "parameters" / file).exists():
                return home
    raise InputError(
        f"no folder {folder.resolve() / 'parameters'}, nor above it:"
        " run from the folder that holds parameters/, or set folder="
    )


def _home_near(product: str, places: Iterable[Path]) -> Path | None:
    """The nearest folder at or above one of these places that has parameters or minutes of the product."""
    for place in places:
        for home in (place.resolve(), *place.resolve().parents):
            if (home / "parameters" / f"{product}.yaml").is_file() or (home / "minutes" / product).is_dir():
                return home
    return None


def window_of(
    product: Product,
    *,
    start: str = "",
    end: str = "",
    now: datetime | None = None,
    names: tuple[str, str] = ("start", "end"),
) -> Window:
    """The window of a review: ``end`` (default ``now``) back to ``start`` (default one cadence earlier).

    Raises :class:`InputError`, with the ``names`` people know the two by, when a time
    cannot be read, the start is not before the end, or the end is still to come.
    """
    now = now or datetime.now(UTC)
    since = _time(names[0], start, product.timezone) if start else None
    until = _time(names[1], end, product.timezone) if end else now
    metrics = product.sources.metrics
    window = Window.ending(
        until,
        cadence=product.meeting.cadence,
        timezone=product.timezone,
        start=since,
        longest=product.longest_window,
        step=metrics.step if metrics else None,
    )
    if metrics and until > now + window.step:
        told = f"{now.astimezone(window.zone):%Y-%m-%d %H:%M} in {product.timezone}"
        raise InputError(f"{names[1]} {end}: there is no data yet, it is {told}: give a time that has passed")
    return window


def _time(name: str, text: str, timezone: str) -> datetime:
    try:
        return parse_time(text, timezone)
    except ValueError as error:
        raise InputError(f"{name} {text}: {error}") from None


class Review(Exploring):
    """Facts, what they mean, and the agenda items that show it.

    Every agenda item is an attribute that displays itself in a notebook;
    ``review.items`` holds those of this product's meeting in their order.
    The verbs to explore with are those of :class:`~prodmeet_kit.explore.verbs.Exploring`.
    """

    def __init__(self, facts: Facts):
        super().__init__(facts)
        self.analyses = Analyses(facts)

    def __repr__(self) -> str:
        window = self.facts.window
        return f"<Review of {self.facts.product.product}, {window.start:%Y-%m-%d} to {window.end:%Y-%m-%d} UTC>"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.facts.product.meeting.agenda]

    def __getattr__(self, name: str) -> AgendaItem:
        # Items from other packages become attributes as well; our own are properties of the class.
        if not name.startswith("_") and kinds.item(name) is not None:
            return self.item(name)
        if name in type(self).__dict__:  # a property failed inside: what failed there is the error to see
            failed: AgendaItem = type(self).__dict__[name].__get__(self)
            return failed
        raise AttributeError(f"a review has no {name!r}")

    @cached_property
    def _built(self) -> dict[str, AgendaItem]:
        with languages.use(self.facts.product.language):
            return {name: agenda_items.build(name, self.analyses) for name in self.facts.product.meeting.agenda}

    @cached_property
    def _sharing(self) -> Sharing:
        return Sharing(self.analyses, self._built)

    @property
    def lines(self) -> pd.DataFrame:
        """Every finding, on the agenda or in the annex (``frames.AGENDA_LINES``), by rank."""
        return self._sharing.lines

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding for each subject that deserves people's time: those on the agenda, then the annex, by rank."""
        with languages.use(self.facts.product.language):
            return self._sharing.findings

    @cached_property
    def views(self) -> tuple[FindingView, ...]:
        """The findings as people see them, in the order of the meeting: those of the agenda, then the annex."""
        titles = {name: item.title for name, item in self._built.items()}
        with languages.use(self.facts.product.language):
            return views(self.analyses, titles, self.findings)

    @property
    def agenda(self) -> pd.DataFrame:
        """How the meeting's minutes are shared (``frames.AGENDA``), in the order of the agenda."""
        return self._sharing.agenda

    @cached_property
    def items(self) -> tuple[AgendaItem, ...]:
        """The agenda items of this meeting in order, each with its minutes and what is to be decided in them."""
        minutes = dict(zip(self.agenda["item"], self.agenda["minutes"], strict=True))
        with languages.use(self.facts.product.language):
            mine = {name: tuple(view for view in self.views if view.item == name) for name in self._built}
            return tuple(
                replace(
                    item,
                    minutes=float(minutes[name]),
                    questions=self._sharing.questions(name),
                    views=mine[name],
                    evidence=with_findings(without_charts_of(mine[name], item.evidence), self._sharing.findings),
                    state=self._sharing.state(item),
                    under=self._sharing.under(item),
                )
                for name, item in self._built.items()
            )

    def item(self, name: str) -> AgendaItem:
        """One agenda item by name, whether or not this product's meeting has it."""
        for item in self.items:
            if item.key == name:
                return item
        with languages.use(self.facts.product.language):
            return agenda_items.build(name, self.analyses)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Everything that could not be checked, each once, in the order of the agenda."""
        seen = [failure for item in self.items for failure in item.failures]
        return tuple(dict.fromkeys([*seen, *self.facts.failures]))

    @cached_property
    def overview(self) -> AgendaItem:
        """What deserves the meeting's minutes and why, and the state of every SLO."""
        with languages.use(self.facts.product.language):
            return overview(self.analyses, self.items, self.agenda, self.lines, self.findings, self._health)

    @cached_property
    def split(self) -> Split | None:
        """Two meetings that are proposed instead of one that overran twice."""
        return self.analyses.meeting.split([(each.services, each.wanted) for each in self.findings])

    @cached_property
    def folding(self) -> tuple[str, ...]:
        """Agenda items proposed for folding: they had no decision, and were never red."""
        busy = [item.key for item in self.items if item.state not in ("fine", "noted", "none")]
        return self.analyses.meeting.folding([item.key for item in self.items], busy)

    @property
    def _health(self) -> list[Table | Note]:
        titles = {item.key: item.title for item in self.items}
        return meeting_health.evidence(
            self.analyses.meeting.health, self.split, [titles[key] for key in self.folding], MEETINGS_UNTOUCHED
        )


def _shown(made: kinds.Item) -> property:
    """The attribute that shows an agenda item."""
    return property(lambda review: review.item(made.name), doc=made.about)


for _kind in kinds.built_in():
    for _made in _kind.items:
        setattr(Review, _made.name, _shown(_made))
