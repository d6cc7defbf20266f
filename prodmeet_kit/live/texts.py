"""The words and choices that the stage shows in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.live.decisions import choices, verdicts
from prodmeet_kit.live.new_items import query_title

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting

__all__ = ["browser"]


def browser(meeting: Meeting) -> dict[str, Any]:
    """Words, and choices, of the stage in the browser."""
    return {
        "title": t("Meeting"),
        "start": t("Start the meeting"),
        "next": t("Next finding"),
        "back": t("Back"),
        "again": t("Back to the meeting"),
        "agenda": t("Agenda"),
        "left": t("left"),
        "saving": t("saving ..."),
        "lost": t("NOT SAVED: the kernel does not answer. Run all cells again; what you typed here is not lost."),
        "no_figure": t("The figure cannot be drawn here. It is in the report."),
        "form": t("Decision"),
        "decision": t("Decision"),
        "verdict": t("Verdict"),
        "owner": t("Owner"),
        "due": t("Due"),
        "note": t("Note"),
        "calendar": t("Calendar"),
        "choose": t("What do we do about it?"),
        "also": t("Also to decide:"),
        "change": t("change"),
        "query": query_title(meeting),
        "expect": t("expected, such as < 0.01"),
        "decisions": choices(),
        "verdicts": verdicts(),
        "open_closer": t("Look closer below the meeting"),
        "dig": t("Dig later"),
        "dig_what": t("What should be found out? Enter saves it"),
        "add": t("New action item"),
        "add_button": t("Add"),
        "what": t("What"),
        "end": t("End the meeting"),
        "end_again": t("Write the minutes again"),
        "present": t("Who is here? Names with commas between"),
        "correct": t("Correct it"),
    }
