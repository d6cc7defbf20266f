"""One finding as the report shows it, with the data behind it and what people want to dig into later."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.people.explorations import opening
from prodmeet_kit.archive.layout import PAGE
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.refs import QueryKey
from prodmeet_kit.core.subjects import kind_of, rest_of, service_in
from prodmeet_kit.evidence import Note
from prodmeet_kit.explore import happenings
from prodmeet_kit.explore.answers import questions
from prodmeet_kit.explore.finding_names import which
from prodmeet_kit.explore.measures import measure
from prodmeet_kit.explore.names import Ref, refs
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.minutes.explorations import close_exploration, file_exploration, open_explorations
from prodmeet_kit.render.anchors import finding_id

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence.finding_view import FindingView
    from prodmeet_kit.findings.finding import Finding

__all__ = ["Filed", "FindingShown", "finding"]

_MEASURED = {"slo": "slo", "resource": "resource", "load": "load"}


class Filed:
    """What was filed or closed. ``path`` is its file, which is on the disk."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._text = text

    def __repr__(self) -> str:
        return self._text


class FindingShown(Shown):
    """A finding. ``subject`` is what was asked for, ``finding`` the whole value behind it.

    ``frame``: everything that happened to its services since the last meeting (``time, kind, id, service, text``).
    ``series``: one column for each SLI, load or resource that it is about and each load of its services, by UTC time.
    ``queries``: the questions behind these, as ``review.questions`` has them. ``facets``: all that was joined in it,
    one row each (``section, subject, rule, what, question, owner, minutes``).
    """

    def __init__(
        self, subject: str, found: Finding, view: FindingView, analyses: Analyses, home: Path | None, shown: Shown
    ) -> None:
        super().__init__("finding", shown.title, shown.sentence, shown.evidence, shown.timezone, shown.frame)
        # In full whether or not it has minutes; its headline is the item's own.
        self._item = replace(self._item, headline="", views=(replace(view, place="agenda"),))
        self.subject = subject
        self.finding = found
        self._analyses = analyses
        self._home = home

    @property
    def sentence(self) -> str:
        """Its headline."""
        return self.finding.headline

    @property
    def series(self) -> pd.DataFrame:
        """The SLIs, loads and resources it is about, as far back as the data reach; empty where there is none."""
        return _series(self._analyses, _measured(self._analyses, self.finding))

    @property
    def queries(self) -> pd.DataFrame:
        """The questions whose answers are behind it; those of its acceptance queries too."""
        return _queries(self._analyses, self.finding)

    @property
    def facets(self) -> pd.DataFrame:
        """Everything that was joined in it, one row each, the most important first."""
        return _facets(self.finding)

    def dig_later(self, note: str, who: str = "", folder: str | Path = "") -> Filed:
        """File what to find out about it: it is shown at the meetings until somebody closes it with :meth:`explored`.

        What is filed twice is one. ``folder`` holds ``minutes/``; that of the product's parameters when empty. Raises
        :class:`InputError` where neither is known, and ``OSError`` when it could not be saved.
        """
        product, day = self._analyses.facts.product.product, self._analyses.facts.window.day.isoformat()
        link = f"{PAGE}#{finding_id(self.finding.subject)}"
        path = file_exploration(self._minutes(folder), product, day, self.subject, note, who, link)
        text = t(
            "To dig into later, until {closing} closes it: {file}",
            closing=f'{opening(self.subject)}.explored("...")',
            file=path,
        )
        return Filed(path, text)

    def explored(self, found: str = "", identity: str = "", folder: str | Path = "") -> Filed:
        """Close what was to be dug into about it, with what came of it.

        ``identity`` is the exploration's id, needed where several are open; ``folder`` is as in :meth:`dig_later`.
        Raises :class:`InputError` that names the open ones, and ``OSError`` when it could not be saved.
        """
        minutes, product = self._minutes(folder), self._analyses.facts.product.product
        about = {self.subject, *self.finding.subjects}
        mine = {key: each for key, each in open_explorations(minutes, product).items() if each.subject in about}
        if not identity and len(mine) != 1:
            there = ", ".join(f"{key} ({each.note})" for key, each in mine.items())
            what = f"say which, explored(..., identity=...): {there}" if mine else "nothing is open to be dug into"
            raise InputError(f"{self.subject}: {what}")
        path = close_exploration(minutes, product, identity or next(iter(mine)), found)
        return Filed(path, t("Closed: {file}", file=path))

    def _minutes(self, folder: str | Path) -> Path:
        home = Path(folder) if folder else self._home
        if home is None:
            raise InputError(
                'no folder with the minutes of this product is near: say where, folder="DIR" that holds minutes/'
            )
        return home / "minutes"


def finding(
    analyses: Analyses, found: Sequence[Finding], views: Sequence[FindingView], text: str, home: Path | None
) -> FindingShown:
    """What is known of one subject, without a name of the most important one.

    ``views`` are the findings as they are shown, in any order; ``home`` holds ``minutes/``.
    Raises :class:`InputError` with the nearest findings.
    """
    if not text.strip() and found:
        text = found[0].subject
    place, subject = which(text, [_about(each) for each in found], _instead(analyses, text))
    mine = found[place]
    window = analyses.facts.window
    inside = [
        thing
        for thing in happenings.things(analyses)
        if thing.touches(window.start, window.end) and thing.concerns(_services(mine))
    ]
    frame = happenings.happenings(inside, window.start, window.end)
    view = next(view for view in views if view.subject == mine.subject)
    shown = Shown("finding", subject, mine.headline, tuple(_onward(analyses, mine)), window.timezone, frame)
    return FindingShown(subject, mine, view, analyses, home, shown)


def _about(found: Finding) -> list[str]:
    """Its subjects, then the outages and changes that it comes of."""
    return list(dict.fromkeys([*found.subjects, *(cause for _, each in found.facets for cause in each.same_as)]))


def _services(found: Finding) -> tuple[str, ...]:
    """The services of its own subject, else of all that was joined in it."""
    return found.facets[0][1].services or found.services


def _instead(analyses: Analyses, text: str) -> str:
    """What shows something that exists and of which nothing was found; empty where it does not exist."""
    for ref in refs(analyses.facts.product):
        if text.strip() in (ref.short, f"{ref.kind}:{ref.short}", str(ref)):
            line = f'slo("{ref.short}")' if ref.kind == "slo" else f'compare("{ref}")'
            return f"review.{line} shows it"
    identity = rest_of(text.strip()) or text.strip()
    known = next((thing for thing in happenings.things(analyses) if thing.id == identity), None)
    if known is None or known.start < analyses.facts.window.history_start:
        return ""
    return f'review.around("{identity}") shows it'


def _measured(analyses: Analyses, found: Finding) -> list[Ref]:
    """What it is about and the loads of its services; everything of them where it is about nothing that is measured."""
    known = refs(analyses.facts.product)
    named = {(_MEASURED[kind_of(each)], rest_of(each)) for each in _about(found) if kind_of(each) in _MEASURED}
    mine = [ref for ref in known if (ref.kind, ref.short) in named]
    services = {*_services(found), *(service_in(each) for each in found.subjects)}
    loads = [ref for ref in known if ref.kind == "load" and ref.service in services and ref not in mine]
    return [*mine, *loads] if mine else [ref for ref in known if ref.service in services]


def _series(analyses: Analyses, mine: Sequence[Ref]) -> pd.DataFrame:
    import pandas as pd

    short = [ref.short for ref in mine]
    found = {
        ref.short if short.count(ref.short) == 1 else str(ref): measured.values
        for ref in mine
        if (measured := measure(analyses, ref)) is not None
    }
    return pd.DataFrame(found, index=None if found else pd.DatetimeIndex([], tz="UTC", name="time"))


def _queries(analyses: Analyses, found: Finding) -> pd.DataFrame:
    asked = questions(analyses.facts)
    items = {rest_of(each) for each in found.subjects if kind_of(each) == "action_item"}
    wanted = {*map(str, _measured(analyses, found)), *(f"verify/{each}" for each in items)}
    return asked[[QueryKey(key).subject in wanted for key in asked["key"]]].reset_index(drop=True)


def _facets(found: Finding) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (section, each.subject, each.rule, each.reason, each.question, each.owner, each.minutes)
        for section, each in found.facets
    ]
    return pd.DataFrame(rows, columns=["section", "subject", "rule", "what", "question", "owner", "minutes"])


def _onward(analyses: Analyses, found: Finding) -> Iterator[Note]:
    """Lines that look closer at what it is about."""
    known = {f"{ref.kind}:{ref.short}": ref for ref in refs(analyses.facts.product)}
    start, ids = analyses.facts.window.start, {thing.id: thing for thing in happenings.things(analyses)}
    lines = []
    for about in _about(found):
        identity = rest_of(about)
        if ref := known.get(about):
            lines.append(f'review.slo("{ref.short}")' if ref.kind == "slo" else f'review.compare("{ref}")')
        elif kind_of(about) in ("outage", "change") and identity in ids and ids[identity].start >= start:
            lines.append(f"review.around({json.dumps(identity, ensure_ascii=False)})")
    if lines:
        yield Note(t("Look closer: {lines}", lines=" · ".join(dict.fromkeys(lines))))
