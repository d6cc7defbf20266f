"""What the live meeting shows, page by page: the overview, each finding, new action items, the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.overview.decided import last_time
from prodmeet_kit.agenda.views.slo_picture import what_is_bad
from prodmeet_kit.archive.layout import PAGE
from prodmeet_kit.core.errors import printable
from prodmeet_kit.core.subjects import kind_of, rest_of
from prodmeet_kit.explore import happenings
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.anchors import finding_id, slug
from prodmeet_kit.render.states import word

if TYPE_CHECKING:
    from prodmeet_kit.evidence.facet import Check, Facet
    from prodmeet_kit.evidence.finding_view import FindingView
    from prodmeet_kit.explore.happenings import Thing
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.live.meeting import Meeting

__all__ = ["END", "NEW", "OVERVIEW", "Row", "pages", "rows_of"]

OVERVIEW, NEW, END = "overview", "new_action_items", "end"
"""Keys of the pages that are about no finding."""


@dataclass(frozen=True)
class Row:
    """One thing to decide about: ``item`` and ``what`` go into the minutes with it, ``title`` is what people read."""

    subject: str
    item: str
    what: str
    title: str
    owner: str = ""
    check: Check | None = None


def rows_of(view: FindingView, finding: Finding, alerts: Mapping[str, Any]) -> list[Row]:
    """What is decided with a finding, itself first, then what else it asks about other subjects; each subject once.

    The pages of an alert are judged where they are told: with their outage too.
    """
    titles: dict[str, list[str]] = {}
    facets: dict[str, tuple[str, Facet]] = {}
    for section, facet in finding.facets:
        judged = section == "paging_events" and facet.subject in alerts
        asked = facet in finding.asks[1:]
        if facet.subject in ("", view.subject) or not (judged or asked):
            continue
        facets.setdefault(facet.subject, (section, facet))
        titles.setdefault(facet.subject, []).append(facet.question_apart if asked else facet.reason)
    return [
        Row(view.subject, view.item, view.headline.rstrip(".。"), view.headline, view.owner, view.check),
        *(
            Row(subject, section, facet.reason, _title(titles[subject], facet.services), facet.owner)
            for subject, (section, facet) in facets.items()
        ),
    ]


def _own(view: FindingView, finding: Finding) -> list[str]:
    """What is asked besides about the subject itself: its row is that of the finding, which has one decision."""
    return [each.question_apart for each in finding.asks[1:] if each.subject in ("", view.subject)]


def _title(said: list[str], services: tuple[str, ...]) -> str:
    """The questions of a row in one line, with the service in front where none of them names it."""
    title = " ".join(dict.fromkeys(said))
    named = listed(services)
    return title if not named or any(each in title for each in services) else f"{named}: {title}"


def pages(meeting: Meeting, folder: Path | None) -> list[dict[str, Any]]:
    """The pages in the order of the meeting, as texts for the browser; ``folder`` is the report's, if there is one."""
    review = meeting.review
    known = {each.subject: each for each in review.findings}
    here = sum(view.here for view in review.views)
    annex = len(review.views) - here
    file = folder / PAGE if folder else None
    report = file.read_text(encoding="utf-8", errors="replace") if file and file.is_file() else ""
    last = last_time(review.analyses)
    happened = {thing.id: thing for thing in happenings.things(review.analyses)}
    made = [_plain(OVERVIEW, t("Overview"), "", t("Overview"), "")]
    for number, view in enumerate(review.views, start=1):
        place = (
            t("{n} of {all}", n=number, all=here) if view.here else t("annex {n} of {all}", n=number - here, all=annex)
        )
        rows = rows_of(view, known[view.subject], meeting.alerts)
        made.append(
            {
                **_plain(view.subject, view.headline, view.why, view.title, place, kind="finding"),
                "id": finding_id(view.subject),
                "item": view.item,
                "short": str(number),
                "listed": view.title if view.here else t("{item} (annex)", item=view.title),
                "minutes": view.minutes,
                "question": view.question,
                "sentences": [*_own(view, known[view.subject]), *view.sentences],
                "facets": [each for each in view.facets if not any(each in row.title for row in rows[1:])],
                "number": _number(view),
                "figure": view.picture.figure.title if view.picture.figure else "",
                "rows": [_row(meeting, row, last) for row in rows],
                "explore": _explore(meeting, view, known[view.subject], happened),
                "links": list(_links(view, report)),
            }
        )
    new, end = t("New action items"), t("End of the meeting")
    made += [
        _plain(NEW, new, t("What came up and is not decided yet with a finding."), new, ""),
        _plain(END, end, t("What nobody decided goes to the next meeting by itself."), t("End"), ""),
    ]
    made[-2]["kind"], made[-1]["kind"] = "new", "end"
    return [_printable(page) for page in made]


def _plain(key: str, headline: str, why: str, title: str, place: str, *, kind: str = "overview") -> dict[str, Any]:
    return {
        "key": key, "kind": kind, "item": "", "title": title,
        "listed": title, "place": place, "short": "", "minutes": 0.0,
        "headline": headline, "why": why, "figure": "", "rows": [],
    }  # fmt: skip


def _number(view: FindingView) -> dict[str, str] | None:
    key = view.picture.key
    return {"value": key.value, "about": key.about, "before": key.before, "tone": key.tone} if key else None


def _row(meeting: Meeting, row: Row, last: Mapping[str, str]) -> dict[str, Any]:
    alert = meeting.alerts.get(row.subject)
    suggested = t("suggested: {verdict}", verdict=word(alert["suggested"]).text) if alert else ""
    check = t("checked at the next meeting: {check}", check=_in_words(meeting, row)) if row.check else ""
    return {
        "subject": row.subject, "title": row.title, "alert": bool(alert), "suggested": suggested, "owner": row.owner,
        "due": meeting.next_day, "check": check, "last": last.get(row.subject, ""),
    }  # fmt: skip


def _in_words(meeting: Meeting, row: Row) -> str:
    """What the proposed check expects, without its query."""
    assert row.check is not None
    expected = row.check.expect.replace("<=", "≤").replace(">=", "≥")
    sign, _, limit = expected.partition(" ")
    try:
        share = write(float(limit), "percent")
    except ValueError:
        share = ""
    if kind_of(row.subject) in ("slo", "outage") and share:
        ref = rest_of(row.subject)
        what = what_is_bad(meeting.review.analyses, ref) if kind_of(row.subject) == "slo" else t("share of bad events")
        return t("{what} {sign} {share}", what=what, sign=sign, share=share)
    return t("the acceptance query gives {expect}", expect=expected)


def _explore(meeting: Meeting, view: FindingView, finding: Finding, known: Mapping[str, Thing]) -> dict[str, str]:
    """The line of code that looks closer, and the id of what happened, for the closer."""
    joined = [each for _, facet in finding.facets for each in (facet.subject, *facet.joins)]
    causes = dict.fromkeys(rest_of(each) for each in joined if kind_of(each) in ("outage", "change"))
    thing = next((known[each] for each in causes if each in known), None)
    about, line = view.service or rest_of(view.subject), f"review.finding({view.subject!r})"
    if thing is None:
        return {"text": t("Explore {about}", about=about), "line": line, "id": ""}
    day = times.day(thing.start.astimezone(meeting.review.facts.window.zone).date().isoformat())
    return {"text": t("Explore {about} around {day}", about=about, day=day), "line": line, "id": thing.id}


def _links(view: FindingView, report: str) -> Iterator[dict[str, str]]:
    """Where in the report the rest is; ``report`` is its text, and what it does not have is not led to."""
    places = [(t("Numbers and queries"), finding_id(view.subject))]
    if view.service:
        places.append((t("All of {service}", service=view.service), slug("service", view.service)))
    for text, place in places:
        if f'id="{place}"' in report:
            yield {"text": text, "file": f"{PAGE}#{place}"}


def _printable(value: Any) -> Any:
    """Every text without what controls a screen, as the report has it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(each) for each in value]
    return {key: _printable(each) for key, each in value.items()} if isinstance(value, dict) else value
