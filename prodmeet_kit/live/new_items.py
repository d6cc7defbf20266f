"""New action items of a live meeting. One is kept as soon as text, owner and due are there, as the minutes have it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prodmeet_kit.display.languages import t, use
from prodmeet_kit.live.meeting import DRAFTS, texts

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.live.widgets import Form

__all__ = ["form"]

KIND = "action_items"
NEEDED = ("owner", "due")


def form(meeting: Meeting) -> Form:
    """The form of new action items, with those this meeting already has."""
    from prodmeet_kit.live.widgets import Form

    language = meeting.review.facts.product.language

    def edited(identity: str, name: str, value: str) -> Mapping[str, Any]:
        with use(language):
            now = {**_known(meeting)[identity], name: value.strip()}
            return {**now, **_keep(meeting, identity, now)}

    def added(text: str) -> Mapping[str, Any]:
        identity = meeting.new_id()
        _keep(meeting, identity, {"text": text.strip()})
        return {"subject": identity, "title": text.strip(), "why": identity}

    known = _known(meeting)
    with use(language):
        fields = [
            {"name": "owner", "title": t("Owner"), "type": "text"},
            {"name": "due", "title": t("Due"), "type": "date"},
        ]
        return Form(
            title=t("New action items"),
            rows=[{"subject": key, "title": now["text"], "why": key} for key, now in known.items()],
            fields=fields,
            said={key: {**now, **_status(now)} for key, now in known.items()},
            texts=texts(),
            edited=edited,
            added=added,
        )


def _known(meeting: Meeting) -> dict[str, dict[str, str]]:
    """The items of this meeting by id, complete or begun, as last written."""
    found = [*meeting.minutes.load(DRAFTS)[0], *meeting.minutes.load(KIND)[0]]
    found.sort(key=lambda saved: saved.at or datetime.min.replace(tzinfo=UTC))
    return {
        str(saved.content["id"]): {name: str(saved.content.get(name) or "") for name in ("text", *NEEDED)}
        for saved in found
        if "id" in saved.content and str(saved.content.get("born", ""))[:10] == meeting.day
    }


def _missing(now: Mapping[str, str]) -> str:
    words = {"owner": t("the owner"), "due": t("the due day")}
    return t(" and ").join(words[name] for name in NEEDED if not now.get(name))


def _status(now: Mapping[str, str]) -> dict[str, Any]:
    if missing := _missing(now):
        return {"status": t("kept as a draft: {missing} is missing", missing=missing), "bad": True}
    return {"status": t("saved"), "bad": False}


def _keep(meeting: Meeting, identity: str, now: Mapping[str, str]) -> dict[str, Any]:
    """Save at once, as a draft while owner or due is missing."""
    content = {"id": identity, **now, "born": meeting.day, "status": "open"}
    try:
        meeting.minutes.save(DRAFTS if _missing(now) else KIND, identity, content)
    except OSError as error:
        return {"status": t("NOT SAVED: {reason}", reason=error.strerror or str(error)), "bad": True}
    return _status(now)
