"""The first screen: what deserves the meeting's minutes and why, and the state of every SLO."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.metrics.brief import fine, kept_of, refs
from prodmeet_kit.agenda.overview.clocked import clocked, left_over, on_agenda, to_decide
from prodmeet_kit.agenda.overview.decided import decided, last_time, spoken_before
from prodmeet_kit.agenda.overview.fortnight import fortnight
from prodmeet_kit.agenda.overview.pages import pages
from prodmeet_kit.agenda.paging.facets import going_on
from prodmeet_kit.agenda.shared.source_words import detail
from prodmeet_kit.evidence import AgendaItem, Column, Note, Table
from prodmeet_kit.i18n.languages import clauses, listed, sentence, sentences, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.meeting import AGENDA, AGENDA_LINES

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.meeting import AgendaRow

__all__ = ["overview"]

KEY = "overview"

LEAST = 3
"""So many budgets are named before the table of all."""

NAMED, SHORT = 3, 170
"""The first screen names two findings, and a third where the three are not longer than so many letters."""

ROOMY = 6
"""With more lanes than these the lines below them are cut off at one line each: all is on one screen."""

LACKING = 0.2
"""Own choice: an SLO that lacks a larger share of its steps is named on the first screen."""


def overview(
    analyses: Analyses,
    items: Sequence[AgendaItem],
    agenda: pd.DataFrame,
    lines: pd.DataFrame,
    found: Sequence[Finding] = (),
    health: Sequence[Evidence] = (),
) -> AgendaItem:
    """The summary of a review.

    ``items`` are the agenda items of the meeting, ``agenda`` is ``frames.AGENDA``:
    how its minutes are shared among them, ``lines`` is ``frames.AGENDA_LINES`` and ``found`` the findings: what for.
    ``health`` of the meeting stands last.
    """
    facts = analyses.facts
    evidence: list[Evidence] = [
        Note(t("{section}: {message}", section=item.title, message=failure.message), "warning")
        for item in items
        for failure in item.failures
    ]
    picture = fortnight(analyses, lines, found)
    if picture:
        evidence.append(picture)
    evidence += to_decide(items, found, clipped=picture is not None and len(picture.lanes) > ROOMY)
    unknown = sum(item.unchecked for item in items)
    if picture:
        evidence.append(Note(sentences([left_over(found), _beside(analyses, unknown)])))
    elif more := left_over(found):
        evidence.append(Note(more))
    evidence += decided(analyses, lines)
    evidence.append(replace(_clock(items, agenda, lines), folded=picture is not None))
    evidence += clocked(items, lines, facts.product.agenda_rules.patience, _before(analyses, lines))
    if quiet := quiet_services.sentence(analyses, lines):
        evidence.append(Note(quiet, summary=t("Quiet services")))
    evidence.append(_sources(analyses))
    evidence += health
    return AgendaItem(
        key=KEY,
        title=t("{product}: production meeting", product=facts.product.title or facts.product.product),
        aside=picture.title if picture else "",
        entry=t("Overview"),
        headline=_headline(analyses, found, unknown),
        brief=() if picture else _brief(analyses, unknown),
        state="could_not_check" if unknown else "attention" if any(i.state == "attention" for i in items) else "fine",
        timezone=facts.window.timezone,
        evidence=tuple(evidence),
        failures=tuple(facts.failed(KEY)),
    )


def _headline(analyses: Analyses, found: Sequence[Finding], unknown: int) -> str:
    """The two or three findings that rank first, by what they are about; then what they leave out."""
    here = on_agenda(found)
    told = [each.headline.rstrip(".。") for each in here[:NAMED]]
    if len(told) == NAMED and sum(map(len, told)) > SHORT:
        told = told[:-1]
    if unknown:
        told.append(tn("{n} section could not be checked", "{n} sections could not be checked", unknown))
    return sentences([sentence(clauses(told) or _all_well(analyses)), _left_out(found)])


def _left_out(found: Sequence[Finding]) -> str:
    """What has a date before the next meeting and got no minutes: it cannot wait, so it is named."""
    late = [each.headline.rstrip(".。") for each in found if each.dated and each.place != "agenda"]
    if not late:
        return ""
    text = tn(
        "{n} more is due before the next meeting but got no time",
        "{n} more are due before the next meeting but got no time",
        len(late),
    )
    return sentence(t("{what}: {names}", what=text, names=clauses(late)))


def _brief(analyses: Analyses, unknown: int) -> tuple[tuple[str, str], ...]:
    """What everybody asks first, a line each: which period, SLOs, budgets, pages, and what is not known."""
    told = [(t("Period"), _window(analyses))]
    if len(analyses.slo.summary):
        told += [(t("SLOs"), fine(analyses.slo.summary)), (t("Error budgets"), _budgets(analyses.slo.summary))]
    told += [(t("Pages"), pages(analyses)), (t("Sources"), _checked(analyses, unknown))]
    return tuple(told)


def _beside(analyses: Analyses, unknown: int) -> str:
    """What the picture leaves out: how many SLOs are met, pages, what is not known."""
    slos = analyses.slo.summary
    judged = bool(slos["state"].isin(["OK", "BAD"]).all())
    said = kept_of(int((slos["state"] == "OK").sum()), len(slos)) if judged else fine(slos)
    told = [*([said] if len(slos) else []), pages(analyses), _checked(analyses, unknown)]
    return sentences(sentence(text.rstrip(".。")) for text in told)


def _checked(analyses: Analyses, unknown: int) -> str:
    failed = tn("{n} section could not be checked", "{n} sections could not be checked", unknown)
    return sentence(clauses([failed if unknown else t("Every section was checked"), *_gaps(analyses.slo.summary)]))


def _gaps(slos: pd.DataFrame) -> list[str]:
    """The SLO that lacks most of its steps, where they are more than :data:`LACKING`."""
    worst = slos[slos["missing_fraction"] > LACKING].nlargest(1, "missing_fraction")
    return [
        t("{share} of the steps of {name} are missing", name=name, share=write(share, "percent"))
        for name, share in zip(refs(worst), worst["missing_fraction"], strict=True)
    ]


def _budgets(slos: pd.DataFrame) -> str:
    """The budgets of which least is left; NaN, where nothing is known, comes last."""
    least = slos.sort_values("budget_remaining", kind="stable").head(LEAST)
    return listed(
        t("{name} overspent by {share}", name=name, share=write(-left, "budget"))
        if left < 0
        else t("{name} {left} left", name=name, left=write(left, "budget"))
        for name, left in zip(refs(least), least["budget_remaining"], strict=True)
    )


def _all_well(analyses: Analyses) -> str:
    """That nothing is to be decided, and on what grounds: SLOs that were judged, alerts that are read."""
    return t("Nothing to decide: {grounds}", grounds=listed(_grounds(analyses)))


def _grounds(analyses: Analyses) -> Iterator[str]:
    """Only of what was measured."""
    states = analyses.slo.summary["state"]
    judged, met = int(states.isin(["OK", "BAD"]).sum()), int((states == "OK").sum())
    if not len(states):
        yield t("no objective is set")
    elif not judged:
        yield t("no SLO can be judged")
    elif judged == met == len(states):
        yield tn("the one SLO is met", "all {n} SLOs are met", met)
    elif judged == met:
        yield t("{met} of {n} SLOs are met, the others cannot be judged", met=met, n=len(states))
    else:
        yield t("{met} of {n} SLOs are met", met=met, n=len(states))
    if not analyses.facts.alerts_known:
        yield t("no alert source is configured")
    elif len(analyses.paging.pages):
        # A page is in vain when no SLI burned: without one nobody knows.
        yield t("no page was noise") if analyses.slo.trends else t("no page can be judged")
    else:
        yield t("no new page") if going_on(analyses) else t("nobody was paged")


def _before(analyses: Analyses, lines: pd.DataFrame) -> dict[str, str]:
    """Say at how many meetings a finding was discussed, and what the last one decided."""
    spoken, last = spoken_before(analyses), last_time(analyses)
    told = {}
    for row in AGENDA_LINES.rows(lines):
        about = next((each for each in row["subjects"] if each in last), None)
        if about is not None:
            told[row["subject"]] = clauses([*([spoken[about]] if about in spoken else []), last[about]])
    return told


def _window(analyses: Analyses) -> str:
    window = analyses.facts.window
    return t(
        "{start} to {end} ({zone})",
        start=write(window.start, "time", timezone=window.timezone),
        end=write(window.end, "time", timezone=window.timezone),
        zone=window.timezone,
    )


def _clock(items: Sequence[AgendaItem], agenda: pd.DataFrame, lines: pd.DataFrame) -> Table:
    asking = set(lines["item"][lines["wanted"] > 0])
    by_key = {item.key: item for item in items}
    frame = agenda.assign(
        title=[by_key[key].title for key in agenda["item"]],
        state=[by_key[key].state for key in agenda["item"]],
        headline=[by_key[key].finding or by_key[key].headline for key in agenda["item"]],
        reason=[_why(row, asks=row["item"] in asking) for row in AGENDA.rows(agenda)],
        untimed=agenda["minutes"] == 0,
    )
    columns = (
        Column("title", t("Agenda item")),
        Column("minutes", t("Minutes"), "number"),
        Column("state", t("State"), "state"),
        Column("headline", t("Finding")),
        Column("reason", t("Why this much time")),
    )
    return Table(t("What to discuss"), frame, columns, anchor=("item",), quiet="untimed")


def _why(row: AgendaRow, *, asks: bool) -> str:
    """Why an item has its minutes, or what it is about that has none."""
    reason = str(row["reason"])
    if row["minutes"] or not reason:
        return reason
    return t("no time left: {reason}", reason=reason) if asks else t("nothing to decide: {reason}", reason=reason)


def _sources(analyses: Analyses) -> Table:
    import pandas as pd

    frame = pd.DataFrame(
        [
            {"name": source.name, "type": source.type, "state": source.state, "detail": detail(source.detail)}
            for source in analyses.facts.sources
        ],
        columns=["name", "type", "state", "detail"],
    )
    columns = (
        Column("name", t("Source")),
        Column("type", t("Kind"), "code"),
        Column("state", t("State"), "state"),
        Column("detail", t("Detail")),
    )
    return Table(t("Sources"), frame, columns, anchor=("name", "type"), folded=True)
