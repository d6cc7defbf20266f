"""The last page of a meeting: what was decided, what is open, and what is next, as texts for the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.overview.decided import words
from prodmeet_kit.core.errors import printable
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.live import ending
from prodmeet_kit.render.states import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodmeet_kit.live.ending import Decided, Ended, Lacking, NewItem
    from prodmeet_kit.live.meeting import Meeting

__all__ = ["end", "present", "shown"]


def shown(meeting: Meeting) -> dict[str, Any]:
    """What is decided and open by now; nothing is written."""
    return _texts(meeting, ending.standing(meeting))


def present(meeting: Meeting, names: str) -> dict[str, Any]:
    """Save who is at the meeting; what is decided and open then."""
    status = ending.present(meeting, names)
    return {**shown(meeting), **({"problem": status["status"]} if status["bad"] else {})}


def end(meeting: Meeting) -> dict[str, Any]:
    """Carry over what is open, and write the minutes; how the meeting ended."""
    return _texts(meeting, ending.end(meeting, meeting.report))


def _texts(meeting: Meeting, now: Ended) -> dict[str, Any]:
    asked = {view.subject: view.question for view in meeting.review.views}
    following = times.day(now.next_day)
    lists = [
        (t("Decided"), [_line(each.subject, each.finding, _decision(each)) for each in now.decisions]),
        (t("New action items"), [_line("", each.text, _item(each)) for each in now.items]),
        (t("Not complete, does not count yet"), [_draft(each) for each in now.drafts]),
        (t("Open: goes to the next meeting"),
         [_line(each.subject, each.finding, asked.get(each.subject, "")) for each in now.open]),
    ]  # fmt: skip
    return {
        "lists": [{"title": title, "lines": lines} for title, lines in lists if lines],
        "present": ", ".join(now.present),
        "minutes": printable(now.minutes.name) if now.minutes else "",
        "written": t("The minutes are written; the edited ones stay. The new ones:")
        if now.edited
        else t("The minutes are written:"),
        "next": t("Next meeting: {day}. What is open comes up there by itself.", day=following),
        "problem": printable(now.problem),
    }


def _line(about: str, what: str, told: str, *, bad: bool = False) -> dict[str, Any]:
    return {"subject": about, "what": printable(what), "told": printable(told), "bad": bad}


def _draft(each: Lacking) -> dict[str, Any]:
    return _line(each.subject, each.what, t("add {missing}", missing=listed(each.missing)), bad=True)


def _decision(each: Decided) -> str:
    said = [words().get(each.decision, each.decision), word(each.verdict).text if each.verdict else ""]
    return _listed([*said, *_who(each), each.note])


def _item(each: NewItem) -> str:
    return _listed(_who(each))


def _who(each: Decided | NewItem) -> list[str]:
    owner = t("{owner} (was not there)", owner=each.owner) if each.unconfirmed else each.owner
    return [owner, times.day(each.due) if each.due else ""]


def _listed(parts: Iterable[str]) -> str:
    return " · ".join(filter(None, parts))
