"""What pages ask of people, by rotation: hours of work, of leisure and of sleep, and shifts beyond the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import sentences, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.paging import PAGE_LOAD

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.paging import PageLoadRow

__all__ = ["evidence"]

OVER = 3
"""More rotations with too many events than these are read on demand."""

GUIDE_HOURS = 12
"""The guide is for shifts of 8 to 12 hours."""


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """A sentence for each rotation whose shifts had too many events, busiest first, and for one alone; then the table.

    What is within the guide, and the table, are folded. Nothing without pages.
    """
    load = analyses.paging.load
    if not load["pages"].sum():
        return ()
    paged = [row for row in PAGE_LOAD.rows(load) if row["pages"]]
    paged.sort(key=lambda row: -row["shifts_over_guide"])
    over = [row for row in paged if row["shifts_over_guide"]]
    shown = over[:OVER] or paged[: len(paged) == 1]
    rest = paged[len(shown) :]
    notes = [Note(_sentence(row), "warning" if row["shifts_over_guide"] else "info") for row in shown]
    if rest:
        notes.append(Note(sentences(_sentence(row) for row in rest), summary=t("On-call load of other rotations")))
    return (*notes, _table(load))


def _sentence(row: PageLoadRow) -> str:
    named = {"rotation": t("On-call ({name})", name=_name(row)), "shifts": write(row["shifts"], "count")}
    over = int(row["shifts_over_guide"])
    if over:
        text = tn(
            "{rotation}: {n} of {shifts} shifts had more than two events, the most a shift should have; "
            "the busiest had {most}.",
            "{rotation}: {n} of {shifts} shifts had more than two events, the most a shift should have; "
            "the busiest had {most}.",
            over,
            most=write(row["busiest_shift_events"], "count"),
            **named,
        )
    else:
        text = t("{rotation}: none of {shifts} shifts had more than two events, the most a shift should have.", **named)
    parts = [text]
    nights = int(row["interrupted_nights"])
    if nights:
        parts.append(tn("{n} night was interrupted.", "{n} nights were interrupted.", nights))
    if row["shift_h"] > GUIDE_HOURS:
        parts.append(
            t(
                "Its shifts last {hours} hours, but the guide is for 8 to 12: this comparison is too strict.",
                hours=write(row["shift_h"], "number"),
            )
        )
    return sentences(parts)


def _table(load: pd.DataFrame) -> Table:
    found = PAGE_LOAD.rows(load)
    frame = load.assign(
        name=[_name(row) for row in found],
        busiest=[_busiest(row) for row in found],
        pages_change=[_difference(row["pages"], row["pages_previous"]) for row in found],
        events_change=[_difference(row["events"], row["events_previous"]) for row in found],
    )
    columns = (
        Column("name", t("Rotation")),
        Column("timezone", t("Time zone")),
        Column("pages", t("Pages"), "count"),
        Column("pages_change", t("Change from previous period"), "written"),
        Column("events", t("Events"), "count"),
        Column("events_change", t("Change from previous period"), "written"),
        Column("business", t("In business hours"), "count"),
        Column("off", t("Outside work and sleep"), "count"),
        Column("sleep", t("In sleeping hours"), "count"),
        Column("interrupted_nights", t("Nights interrupted"), "count"),
        Column("shifts_over_guide", t("Shifts over the guide"), "count"),
        Column("busiest", t("Busiest shift")),
    )
    caption = t(
        "Hours are in the time zone of the rotation. An event is one interruption: pages of one "
        "service that overlap or follow within 5 minutes. Guide: at most two events in a shift of 8 "
        "to 12 hours (SRE book, chapters 1 and 11)."
    )
    return Table(t("On-call load"), frame, columns, anchor=("rotation",), caption=caption, place="people", folded=True)


def _name(row: PageLoadRow) -> str:
    return str(row["rotation"]) or t("no rotation")


def _busiest(row: PageLoadRow) -> str:
    if not row["busiest_shift_events"]:
        return ""
    since = write(row["busiest_shift_start"], "time", timezone=row["timezone"])
    events = tn("{n} event", "{n} events", int(row["busiest_shift_events"]))
    return t("{events} from {since}", events=events, since=since)


def _difference(now: float, before: float) -> str:
    """A change in counts with its sign: counts this small say nothing as per cent."""
    more = now - before
    return ("+" if more > 0 else "") + write(more, "count")
